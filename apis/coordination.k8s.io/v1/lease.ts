import { ageColumn } from '../../../pkg/apimachinery/runtime/age-column.ts';
import type { KindDefinition } from '../../../pkg/apimachinery/schema/kind-definition.ts';
import { normaliseMicroTime } from '../../../pkg/apimachinery/time/rfc3339.ts';
import { type FieldError, invalid } from '../../../pkg/apimachinery/validation/field-error.ts';
import { leaseMessage } from './lease-protobuf.ts';
import { type Lease, leaseSchema } from './lease-schema.ts';

/** Who leads. Sources: kubernetes `pkg/registry/coordination/lease/strategy.go`, `pkg/apis/coordination/validation`. */
export const leaseKind: KindDefinition<Lease> = {
  group: 'coordination.k8s.io',
  version: 'v1',
  kind: 'Lease',
  plural: 'leases',
  singular: 'lease',
  scope: 'Namespaced',
  schema: leaseSchema,
  protobuf: leaseMessage,
  columns: [
    {
      name: 'Holder',
      type: 'string',
      description: leaseSchema.properties.spec.properties.holderIdentity.description,
      cell: ({ spec }) => spec?.holderIdentity ?? '',
    },
    ageColumn,
  ],
  allowCreateOnUpdate: true,
  allowUnconditionalUpdate: false,
  tracksGeneration: false,
  strategy: { applyDefaults, prepareForCreate: dropCoordination, prepareForUpdate: dropCoordination, validate },
};

function applyDefaults({ spec }: Lease): void {
  for (const member of ['acquireTime', 'renewTime'] as const) {
    if (spec?.[member] !== undefined) Object.assign(spec, { [member]: normaliseMicroTime(spec[member]) });
  }
}

/** Members of coordinated leader election, a feature gate that is closed. */
function dropCoordination({ spec }: Lease): void {
  delete spec?.strategy;
  delete spec?.preferredHolder;
}

function validate({ spec: { leaseDurationSeconds = 1, leaseTransitions = 0 } = {} }: Lease): FieldError[] {
  const errors: FieldError[] = [];
  if (leaseDurationSeconds <= 0) {
    errors.push(invalid('spec.leaseDurationSeconds', leaseDurationSeconds, 'must be greater than 0'));
  }
  if (leaseTransitions < 0) {
    errors.push(invalid('spec.leaseTransitions', leaseTransitions, 'must be greater than or equal to 0'));
  }
  return errors;
}
