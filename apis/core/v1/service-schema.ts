import type { ObjectFromSchema } from '../../../pkg/apimachinery/schema/schema.ts';

/** Schema of `Service`. */
export const serviceSchema = {
  $id: 'io.k8s.api.core.v1.Service',
  type: 'object',
  description:
    'Service is a name for something that takes traffic on some ports: a DNS name elsewhere (type ExternalName), or endpoints that others manage. This server has no service network: services are stored, addresses and node ports are never allocated.',
  properties: {
    spec: {
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
          items: {
            $id: 'io.k8s.api.core.v1.ServicePort',
            type: 'object',
            default: {},
            $description: 'ServicePort is one port under which a service is reached.',
            required: ['port'],
            properties: {
              name: {
                type: 'string',
                description:
                  'The name of the port: a DNS label, unique within the service. It may be left out when there is only one port.',
              },
              protocol: {
                type: 'string',
                enum: ['SCTP', 'TCP', 'UDP'],
                default: 'TCP',
                description: 'The IP protocol of the port: "TCP", "UDP" or "SCTP". Default is TCP.',
              },
              appProtocol: {
                type: 'string',
                description:
                  'The application protocol of the port, as a hint to whoever connects: a name of IANA, or a prefixed name such as "kubernetes.io/h2c".',
              },
              port: {
                type: 'integer',
                format: 'int32',
                default: 0,
                description: 'The port that the service exposes, from 1 to 65535.',
              },
              targetPort: {
                $id: 'io.k8s.apimachinery.pkg.util.intstr.IntOrString',
                $description: 'IntOrString is a number or a name.',
                'x-kubernetes-int-or-string': true,
                description:
                  'Number or name of the port behind the service: from 1 to 65535, or the name of a container port. Defaults to the value of port.',
              },
              nodePort: {
                type: 'integer',
                format: 'int32',
                description:
                  'The port on every node, for services of type NodePort and LoadBalancer. This server stores what it is given and never picks one.',
              },
            },
          },
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
          type: 'array',
          items: { type: 'string', default: '' },
          'x-kubernetes-list-type': 'atomic',
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
          type: 'array',
          items: { type: 'string', default: '' },
          'x-kubernetes-list-type': 'atomic',
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
          type: 'array',
          items: { type: 'string', default: '' },
          'x-kubernetes-list-type': 'atomic',
          description: 'The ranges of client addresses, such as "10.0.0.0/8", to which a load balancer is open.',
        },
        externalName: {
          type: 'string',
          description:
            'The DNS name for which the service is an alias: a lower-case RFC-1123 hostname. Required for type ExternalName.',
        },
        externalTrafficPolicy: {
          type: 'string',
          enum: ['Cluster', 'Local'],
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
                  description:
                    'How long a client stays with its endpoint: 1 to 86400 seconds. Default is 10800 (3 hours).',
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
          type: 'string',
          enum: ['Cluster', 'Local'],
          description:
            'Where traffic to the cluster IP may go: "Cluster" (the default) for any endpoint, "Local" for those on the same node.',
        },
        trafficDistribution: {
          type: 'string',
          description: 'Which endpoints are preferred, such as "PreferSameZone" or "PreferSameNode".',
        },
      },
    },
    status: {
      $id: 'io.k8s.api.core.v1.ServiceStatus',
      type: 'object',
      default: {},
      description:
        'Status is what is known of the service; the system fills it in. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#spec-and-status',
      $description: 'ServiceStatus is what is known of a service.',
      properties: {
        loadBalancer: {
          $id: 'io.k8s.api.core.v1.LoadBalancerStatus',
          type: 'object',
          default: {},
          description: 'The state of the load balancer, if there is one.',
          $description: 'LoadBalancerStatus is the state of a load balancer.',
          properties: {
            ingress: {
              type: 'array',
              description: 'The places at which the load balancer takes traffic for the service.',
              'x-kubernetes-list-type': 'atomic',
              items: {
                $id: 'io.k8s.api.core.v1.LoadBalancerIngress',
                type: 'object',
                default: {},
                $description: 'LoadBalancerIngress is a place at which a load balancer takes traffic.',
                properties: {
                  ip: { type: 'string', description: 'The IP address of the load balancer, if it has one.' },
                  hostname: { type: 'string', description: 'The DNS name of the load balancer, if it has one.' },
                  ipMode: {
                    type: 'string',
                    description:
                      'How traffic to the address arrives: "VIP" (the default) with the address kept, "Proxy" with that of the node or pod. Only beside ip.',
                  },
                  ports: {
                    type: 'array',
                    description: 'The state of each port.',
                    'x-kubernetes-list-type': 'atomic',
                    items: {
                      $id: 'io.k8s.api.core.v1.PortStatus',
                      type: 'object',
                      default: {},
                      $description: 'PortStatus is the state of a port of a service.',
                      required: ['port', 'protocol'],
                      properties: {
                        port: { type: 'integer', format: 'int32', default: 0, description: 'The number of the port.' },
                        protocol: {
                          type: 'string',
                          default: '',
                          description: 'The protocol of the port: "TCP", "UDP" or "SCTP".',
                        },
                        error: {
                          type: 'string',
                          description:
                            'What is wrong with the port: a CamelCase word, prefixed unless it is a standard one.',
                        },
                      },
                    },
                  },
                },
              },
            },
          },
        },
        conditions: {
          type: 'array',
          description: 'The state of the service from several sides.',
          items: {
            $id: 'io.k8s.apimachinery.pkg.apis.meta.v1.Condition',
            type: 'object',
            default: {},
            $description: 'Condition is the state of an object from one side.',
            required: ['type', 'status', 'lastTransitionTime', 'reason', 'message'],
            properties: {
              type: { type: 'string', default: '', description: 'The type of the condition, in CamelCase.' },
              status: {
                type: 'string',
                default: '',
                description: 'The status of the condition: True, False or Unknown.',
              },
              observedGeneration: {
                type: 'integer',
                format: 'int64',
                description: 'The metadata.generation for which the condition was found.',
              },
              lastTransitionTime: {
                $ref: 'io.k8s.apimachinery.pkg.apis.meta.v1.Time',
                description: 'When the status last changed.',
              },
              reason: {
                type: 'string',
                default: '',
                description: 'Why the status last changed: one word in CamelCase.',
              },
              message: { type: 'string', default: '', description: 'The same, for a person to read. It may be empty.' },
            },
          },
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['type'],
          'x-kubernetes-patch-strategy': 'merge',
          'x-kubernetes-patch-merge-key': 'type',
        },
      },
    },
  },
} as const;

/** A name for something that takes traffic. */
export type Service = ObjectFromSchema<typeof serviceSchema>;

/** How a service is reached. */
export type ServiceSpec = NonNullable<Service['spec']>;

/** One port of a service. */
export type ServicePort = NonNullable<ServiceSpec['ports']>[number];
