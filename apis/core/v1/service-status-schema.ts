/** Schema of a `Service`'s status, in the order of Go. */
export const serviceStatusSchema = {
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
          status: { type: 'string', default: '', description: 'The status of the condition: True, False or Unknown.' },
          observedGeneration: {
            type: 'integer',
            format: 'int64',
            description: 'The metadata.generation for which the condition was found.',
          },
          lastTransitionTime: {
            $ref: 'io.k8s.apimachinery.pkg.apis.meta.v1.Time',
            description: 'When the status last changed.',
          },
          reason: { type: 'string', default: '', description: 'Why the status last changed: one word in CamelCase.' },
          message: { type: 'string', default: '', description: 'The same, for a person to read. It may be empty.' },
        },
      },
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['type'],
      'x-kubernetes-patch-strategy': 'merge',
      'x-kubernetes-patch-merge-key': 'type',
    },
  },
} as const;
