import type { ObjectFromSchema } from '../../../pkg/apimachinery/schema/schema.ts';

/** Schema of `Lease`, in upstream's words and order. */
export const leaseSchema = {
  $id: 'io.k8s.api.coordination.v1.Lease',
  type: 'object',
  description: 'Lease defines a lease concept.',
  properties: {
    spec: {
      $id: 'io.k8s.api.coordination.v1.LeaseSpec',
      type: 'object',
      default: {},
      description:
        'spec contains the specification of the Lease. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#spec-and-status',
      $description: 'LeaseSpec is a specification of a Lease.',
      properties: {
        holderIdentity: {
          type: 'string',
          description:
            'holderIdentity contains the identity of the holder of a current lease. If Coordinated Leader Election is used, the holder identity must be equal to the elected LeaseCandidate.metadata.name field.',
        },
        leaseDurationSeconds: {
          type: 'integer',
          format: 'int32',
          description:
            'leaseDurationSeconds is a duration that candidates for a lease need to wait to force acquire it. This is measured against the time of last observed renewTime.',
        },
        acquireTime: {
          $ref: 'io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime',
          description: 'acquireTime is a time when the current lease was acquired.',
        },
        renewTime: {
          $ref: 'io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime',
          description: 'renewTime is a time when the current holder of a lease has last updated the lease.',
        },
        leaseTransitions: {
          type: 'integer',
          format: 'int32',
          description: 'leaseTransitions is the number of transitions of a lease between holders.',
        },
        strategy: {
          type: 'string',
          description:
            'Strategy indicates the strategy for picking the leader for coordinated leader election. If the field is not specified, there is no active coordination for this lease. (Alpha) Using this field requires the CoordinatedLeaderElection feature gate to be enabled.',
        },
        preferredHolder: {
          type: 'string',
          description:
            'PreferredHolder signals to a lease holder that the lease has a more optimal holder and should be given up. This field can only be set if Strategy is also set.',
        },
      },
    },
  },
} as const;

/** Who leads, and since when. */
export type Lease = ObjectFromSchema<typeof leaseSchema>;
