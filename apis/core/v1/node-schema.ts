import type { ObjectFromSchema } from '../../../pkg/apimachinery/schema/schema.ts';

/** Schema of `Node`, as far as it is needed to look for nodes. */
export const nodeSchema = {
  $id: 'io.k8s.api.core.v1.Node',
  type: 'object',
  description:
    'Node is a machine on which pods run. This server has none: the list is there for programs that watch nodes, and it is empty.',
  properties: {
    spec: {
      $id: 'io.k8s.api.core.v1.NodeSpec',
      type: 'object',
      default: {},
      description: 'How the node is to behave.',
      $description: 'NodeSpec says how a node is to behave.',
      properties: {
        podCIDR: { type: 'string', description: 'The range of IP addresses of the pods on the node.' },
        providerID: { type: 'string', description: 'The name that the cloud provider has for the node.' },
        unschedulable: { type: 'boolean', description: 'Whether no further pods are to come to the node.' },
      },
    },
    status: {
      $id: 'io.k8s.api.core.v1.NodeStatus',
      type: 'object',
      default: {},
      description: 'How the node is.',
      $description: 'NodeStatus is the last known state of a node.',
      properties: {
        conditions: {
          type: 'array',
          description: 'What is known of the node, such as that it is ready.',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['type'],
          'x-kubernetes-patch-strategy': 'merge',
          'x-kubernetes-patch-merge-key': 'type',
          items: {
            $id: 'io.k8s.api.core.v1.NodeCondition',
            type: 'object',
            default: {},
            $description: 'NodeCondition is one thing that is known of a node.',
            required: ['type', 'status'],
            properties: {
              type: { type: 'string', default: '', description: 'What it is about: Ready.' },
              status: { type: 'string', default: '', description: 'True, False or Unknown.' },
              reason: { type: 'string', description: 'Why it changed last, in one word.' },
              message: { type: 'string', description: 'Why it changed last, for people to read.' },
            },
          },
        },
        addresses: {
          type: 'array',
          description: 'Addresses at which the node can be reached.',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['type'],
          'x-kubernetes-patch-strategy': 'merge',
          'x-kubernetes-patch-merge-key': 'type',
          items: {
            $id: 'io.k8s.api.core.v1.NodeAddress',
            type: 'object',
            default: {},
            $description: 'NodeAddress is one address of a node.',
            required: ['type', 'address'],
            properties: {
              type: {
                type: 'string',
                default: '',
                description: 'What kind of address it is: Hostname, InternalIP or ExternalIP.',
              },
              address: { type: 'string', default: '', description: 'The address.' },
            },
          },
        },
        nodeInfo: {
          $id: 'io.k8s.api.core.v1.NodeSystemInfo',
          type: 'object',
          default: {},
          description: 'What the node runs.',
          $description: 'NodeSystemInfo says what a node runs.',
          properties: {
            kernelVersion: { type: 'string', default: '', description: 'The version of the kernel.' },
            osImage: { type: 'string', default: '', description: 'The operating system.' },
            containerRuntimeVersion: { type: 'string', default: '', description: 'The runtime of the containers.' },
            kubeletVersion: { type: 'string', default: '', description: 'The version of the kubelet.' },
            operatingSystem: { type: 'string', default: '', description: 'The family of the operating system.' },
            architecture: { type: 'string', default: '', description: 'The architecture of the processor.' },
          },
        },
      },
    },
  },
} as const;

/** A machine on which pods run. */
export type Node = ObjectFromSchema<typeof nodeSchema>;
