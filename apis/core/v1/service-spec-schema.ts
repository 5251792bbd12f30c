import { servicePortSchema } from './service-port-schema.ts';

const addresses = {
  type: 'array',
  items: { type: 'string', default: '' },
  'x-kubernetes-list-type': 'atomic',
} as const;
const trafficPolicies = { type: 'string', enum: ['Cluster', 'Local'] } as const;

/** Schema of a `Service`'s spec, in the order of Go. */
export const serviceSpecSchema = {
  $id: 'io.k8s.api.core.v1.ServiceSpec',
  type: 'object',
  default: {},
  description:
    'Spec says how the service is reached. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#spec-and-status',
  $description: 'ServiceSpec describes how a service is reached.',
  properties: {
    ports: {
      type: 'array',
      description: 'The ports that the service exposes.',
      items: servicePortSchema,
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['port', 'protocol'],
      'x-kubernetes-patch-strategy': 'merge',
      'x-kubernetes-patch-merge-key': 'port',
    },
    selector: {
      type: 'object',
      additionalProperties: { type: 'string', default: '' },
      'x-kubernetes-map-type': 'atomic',
      description:
        'Labels of the pods behind the service. Without it, somebody else manages what is behind the service. Ignored for type ExternalName.',
    },
    clusterIP: {
      type: 'string',
      description:
        'The address of the service: an IP address, or "None" for a headless service. This server has no service network and never allocates an address: a service of type ClusterIP without one becomes headless. It may not change once set, and not be set for type ExternalName.',
    },
    clusterIPs: {
      ...addresses,
      description:
        'All addresses of the service, at most one of each IP family; the first is clusterIP. Filled in from clusterIP when left out.',
    },
    type: {
      type: 'string',
      enum: ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'],
      description:
        'How the service is exposed: "ClusterIP" (the default), "NodePort", "LoadBalancer", or "ExternalName" for an alias of the DNS name in externalName.',
    },
    externalIPs: {
      ...addresses,
      description:
        'Further IP addresses at which the service takes traffic. Somebody else has to bring the traffic there.',
    },
    sessionAffinity: {
      type: 'string',
      enum: ['ClientIP', 'None'],
      description: 'Whether a client stays with one endpoint: "ClientIP" or "None". Defaults to None.',
    },
    loadBalancerIP: {
      type: 'string',
      description: 'The address that a load balancer is asked to use. Deprecated: not every provider knows it.',
    },
    loadBalancerSourceRanges: {
      ...addresses,
      description: 'The ranges of client addresses, such as "10.0.0.0/8", to which a load balancer is open.',
    },
    externalName: {
      type: 'string',
      description:
        'The DNS name for which the service is an alias: a lower-case RFC-1123 hostname. Required for type ExternalName.',
    },
    externalTrafficPolicy: {
      ...trafficPolicies,
      description:
        'Where traffic from outside may go: "Cluster" for any endpoint, "Local" for those on the node that took it.',
    },
    healthCheckNodePort: {
      type: 'integer',
      format: 'int32',
      description:
        'The node port for health checks, for type LoadBalancer with externalTrafficPolicy Local. This server never picks one.',
    },
    publishNotReadyAddresses: {
      type: 'boolean',
      description: 'Whether endpoints are published before they are ready, as peers of a stateful set want it.',
    },
    sessionAffinityConfig: {
      $id: 'io.k8s.api.core.v1.SessionAffinityConfig',
      type: 'object',
      description: 'The settings of sessionAffinity.',
      $description: 'SessionAffinityConfig holds the settings of session affinity.',
      properties: {
        clientIP: {
          $id: 'io.k8s.api.core.v1.ClientIPConfig',
          type: 'object',
          description: 'The settings of affinity by client address.',
          $description: 'ClientIPConfig holds the settings of affinity by client address.',
          properties: {
            timeoutSeconds: {
              type: 'integer',
              format: 'int32',
              description: 'How long a client stays with its endpoint: 1 to 86400 seconds. Default is 10800 (3 hours).',
            },
          },
        },
      },
    },
    ipFamilies: {
      type: 'array',
      items: { type: 'string', enum: ['IPv4', 'IPv6'] },
      'x-kubernetes-list-type': 'atomic',
      description: 'The IP families of the service, in the order of clusterIPs. Stored as given.',
    },
    ipFamilyPolicy: {
      type: 'string',
      enum: ['PreferDualStack', 'RequireDualStack', 'SingleStack'],
      description: 'How many IP families the service asks for. Stored as given.',
    },
    allocateLoadBalancerNodePorts: {
      type: 'boolean',
      description: 'Whether services of type LoadBalancer ask for node ports. Defaults to true.',
    },
    loadBalancerClass: {
      type: 'string',
      description:
        'The implementation of load balancers that is to take care of the service. It may not change once set.',
    },
    internalTrafficPolicy: {
      ...trafficPolicies,
      description:
        'Where traffic to the cluster IP may go: "Cluster" (the default) for any endpoint, "Local" for those on the same node.',
    },
    trafficDistribution: {
      type: 'string',
      description: 'Which endpoints are preferred, such as "PreferSameZone" or "PreferSameNode".',
    },
  },
} as const;
