import type { KindDefinition } from '../../../pkg/apimachinery/schema/kind-definition.ts';
import type { Schema } from '../../../pkg/apimachinery/schema/schema.ts';
import type { KubernetesObject } from '../../meta/v1/types.ts';
import { type ObjectReference, objectReferenceSchema } from './object-reference-schema.ts';

/** Where the traffic of the Service of the same name goes. */
export interface Endpoints extends KubernetesObject {
  subsets?: EndpointSubset[];
}

/** Addresses that all listen on the same ports. */
export interface EndpointSubset {
  addresses?: EndpointAddress[];
  notReadyAddresses?: EndpointAddress[];
  ports?: EndpointPort[];
}

/** One address. */
export interface EndpointAddress {
  ip: string;
  hostname?: string;
  nodeName?: string;
  targetRef?: ObjectReference;
}

/** One port on each address of a subset. */
export interface EndpointPort {
  name?: string;
  port: number;
  protocol?: string;
  appProtocol?: string;
}

const addressSchema: Schema = {
  $id: 'io.k8s.api.core.v1.EndpointAddress',
  type: 'object',
  default: {},
  'x-kubernetes-map-type': 'atomic',
  $description: 'EndpointAddress is one IP address. Deprecated, as Endpoints are.',
  required: ['ip'],
  properties: {
    ip: {
      type: 'string',
      default: '',
      description:
        'The IP address. May not be loopback (127.0.0.0/8 or ::1), link-local (169.254.0.0/16 or fe80::/10), or link-local multicast (224.0.0.0/24 or ff02::/16).',
    },
    hostname: { type: 'string', description: 'The host name that goes with the address: a DNS label.' },
    nodeName: { type: 'string', description: 'The node that hosts the address, by which local ones can be found.' },
    targetRef: { ...objectReferenceSchema, description: 'The object that listens at the address.' },
  },
};

const portSchema: Schema = {
  $id: 'io.k8s.api.core.v1.EndpointPort',
  type: 'object',
  default: {},
  'x-kubernetes-map-type': 'atomic',
  $description: 'EndpointPort is one port. Deprecated, as Endpoints are.',
  required: ['port'],
  properties: {
    name: {
      type: 'string',
      description:
        'The name of the port: that of the port of the Service, a DNS label. May be left out when there is only one port.',
    },
    port: { type: 'integer', format: 'int32', default: 0, description: 'The number of the port.' },
    protocol: { type: 'string', description: 'The IP protocol: UDP, TCP, or SCTP. Default is TCP.' },
    appProtocol: {
      type: 'string',
      description:
        'The application protocol of the port, as a hint to whoever connects: a name of IANA, or a prefixed name such as "kubernetes.io/h2c".',
    },
  },
};

/** Schema of `Endpoints`. */
export const endpointsSchema: KindDefinition['schema'] = {
  $id: 'io.k8s.api.core.v1.Endpoints',
  type: 'object',
  description:
    'Endpoints say where the traffic of the Service of the same name goes. Deprecated: use EndpointSlices, which say everything of it.',
  properties: {
    subsets: {
      type: 'array',
      description:
        'Each subset stands for all of its addresses on all of its ports. An address with ports of which only some are ready is in several subsets, and never twice in one.',
      'x-kubernetes-list-type': 'atomic',
      items: {
        $id: 'io.k8s.api.core.v1.EndpointSubset',
        type: 'object',
        default: {},
        $description:
          'EndpointSubset is a group of addresses with a common set of ports. Deprecated, as Endpoints are.',
        properties: {
          addresses: {
            type: 'array',
            description: 'Addresses that take traffic on the ports.',
            items: addressSchema,
            'x-kubernetes-list-type': 'atomic',
          },
          notReadyAddresses: {
            type: 'array',
            description: 'Addresses that are not to be given traffic: not yet, or not for now.',
            items: addressSchema,
            'x-kubernetes-list-type': 'atomic',
          },
          ports: {
            type: 'array',
            description: 'Ports on each of the addresses.',
            items: portSchema,
            'x-kubernetes-list-type': 'atomic',
          },
        },
      },
    },
  },
};
