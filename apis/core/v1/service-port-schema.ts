/** Schema of one port of a `Service`, in the order of Go. */
export const servicePortSchema = {
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
} as const;
