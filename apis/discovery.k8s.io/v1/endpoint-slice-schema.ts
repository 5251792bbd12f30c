import type { KindDefinition } from '../../../pkg/apimachinery/schema/kind-definition.ts';
import type { Schema } from '../../../pkg/apimachinery/schema/schema.ts';
import { type ObjectReference, objectReferenceSchema } from '../../core/v1/object-reference-schema.ts';
import type { KubernetesObject } from '../../meta/v1/types.ts';

/** Some of the endpoints of a Service: those of one family of addresses that listen on the same ports. */
export interface EndpointSlice extends KubernetesObject {
  addressType: string;
  endpoints?: Endpoint[];
  ports?: EndpointPort[];
}

/** One backend. */
export interface Endpoint {
  addresses?: string[];
  conditions?: { ready?: boolean; serving?: boolean; terminating?: boolean };
  hostname?: string;
  targetRef?: ObjectReference;
  deprecatedTopology?: Record<string, string>;
  nodeName?: string;
  zone?: string;
  hints?: EndpointHints;
}

/** Who had best use an endpoint. */
export interface EndpointHints {
  forZones?: { name: string }[];
  forNodes?: { name: string }[];
}

/** A port of every endpoint of a slice. */
export interface EndpointPort {
  name?: string;
  protocol?: string;
  port?: number;
  appProtocol?: string;
}

const hintsSchema: Schema = {
  $id: 'io.k8s.api.discovery.v1.EndpointHints',
  type: 'object',
  description: 'Who had best use the endpoint.',
  $description: 'EndpointHints say who had best use an endpoint.',
  properties: {
    forZones: {
      type: 'array',
      description: 'Zones whose clients had best use the endpoint, at most 8.',
      'x-kubernetes-list-type': 'atomic',
      items: {
        $id: 'io.k8s.api.discovery.v1.ForZone',
        type: 'object',
        default: {},
        $description: 'ForZone names a zone.',
        required: ['name'],
        properties: { name: { type: 'string', default: '', description: 'The name of the zone.' } },
      },
    },
    forNodes: {
      type: 'array',
      description: 'Nodes whose clients had best use the endpoint, at most 8.',
      'x-kubernetes-list-type': 'atomic',
      items: {
        $id: 'io.k8s.api.discovery.v1.ForNode',
        type: 'object',
        default: {},
        $description: 'ForNode names a node.',
        required: ['name'],
        properties: { name: { type: 'string', default: '', description: 'The name of the node.' } },
      },
    },
  },
};

const endpointSchema: Schema = {
  $id: 'io.k8s.api.discovery.v1.Endpoint',
  type: 'object',
  default: {},
  $description: 'Endpoint is one of the places where a Service is served.',
  required: ['addresses'],
  properties: {
    addresses: {
      type: 'array',
      description:
        'Addresses of the endpoint, at least one and at most 100: of type IPv4 and IPv6 in canonical form. Only the first has a meaning.',
      items: { type: 'string', default: '' },
      'x-kubernetes-list-type': 'set',
    },
    conditions: {
      $id: 'io.k8s.api.discovery.v1.EndpointConditions',
      type: 'object',
      default: {},
      description: 'The present state of the endpoint.',
      $description: 'EndpointConditions is the present state of an endpoint.',
      properties: {
        ready: {
          type: 'boolean',
          description:
            'Whether the endpoint is to be given traffic; true when nothing is said. As a rule: it is serving and not terminating.',
        },
        serving: {
          type: 'boolean',
          description: 'Whether the endpoint is able to take traffic, even while it ends; true when nothing is said.',
        },
        terminating: { type: 'boolean', description: 'Whether the endpoint is ending; false when nothing is said.' },
      },
    },
    hostname: {
      type: 'string',
      description: 'The host name of the endpoint: a DNS label. Endpoints of one host name are alike.',
    },
    targetRef: { ...objectReferenceSchema, description: 'The object that stands behind the endpoint.' },
    deprecatedTopology: {
      type: 'object',
      description: 'What v1beta1 said of the place. Deprecated: what is written to it is ignored.',
      additionalProperties: { type: 'string', default: '' },
    },
    nodeName: { type: 'string', description: 'The node that hosts the endpoint, by which local ones can be found.' },
    zone: { type: 'string', description: 'The zone in which the endpoint is.' },
    hints: hintsSchema,
  },
};

const portSchema: Schema = {
  $id: 'io.k8s.api.discovery.v1.EndpointPort',
  type: 'object',
  default: {},
  'x-kubernetes-map-type': 'atomic',
  $description: 'EndpointPort is a port of every endpoint of a slice.',
  properties: {
    name: {
      type: 'string',
      description:
        'The name of the port, unique in the slice: that of the port of the Service, a DNS label. Default is the empty string.',
    },
    protocol: { type: 'string', description: 'The IP protocol: UDP, TCP, or SCTP. Default is TCP.' },
    port: {
      type: 'integer',
      format: 'int32',
      description: 'The number of the port: the target port of the Service. Without one, every port is meant.',
    },
    appProtocol: {
      type: 'string',
      description:
        'The application protocol of the port, as a hint to whoever connects: a name of IANA, or a prefixed name such as "kubernetes.io/h2c".',
    },
  },
};

/** Schema of `EndpointSlice`. */
export const endpointSliceSchema: KindDefinition['schema'] = {
  $id: 'io.k8s.api.discovery.v1.EndpointSlice',
  type: 'object',
  description:
    'EndpointSlice says where some of the traffic of a Service goes. All slices of a Service have its name in the label `kubernetes.io/service-name`; together they are all of its endpoints.',
  required: ['addressType'],
  properties: {
    addressType: {
      type: 'string',
      default: '',
      description:
        'The type of all addresses of this slice: IPv4, IPv6 or FQDN (a DNS name, deprecated). It may not change.',
    },
    endpoints: {
      type: 'array',
      description: 'The endpoints, at most 1000, each of them once.',
      items: endpointSchema,
      'x-kubernetes-list-type': 'atomic',
    },
    ports: {
      type: 'array',
      description: 'Ports of every endpoint of this slice, each with a name of its own.',
      items: portSchema,
      'x-kubernetes-list-type': 'atomic',
    },
  },
};
