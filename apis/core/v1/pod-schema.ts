import type { ObjectFromSchema } from '../../../pkg/apimachinery/schema/schema.ts';

/** Schema of `Pod`, as far as it is needed to look for pods. */
export const podSchema = {
  $id: 'io.k8s.api.core.v1.Pod',
  type: 'object',
  description:
    'Pod is a collection of containers that run on one host. This server runs none: the list is there for programs that watch pods, and it is empty.',
  properties: {
    spec: {
      $id: 'io.k8s.api.core.v1.PodSpec',
      type: 'object',
      default: {},
      description: 'What is to run.',
      $description: 'PodSpec is a description of a pod.',
      required: ['containers'],
      properties: {
        containers: {
          type: 'array',
          description: 'The containers of the pod.',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['name'],
          'x-kubernetes-patch-strategy': 'merge',
          'x-kubernetes-patch-merge-key': 'name',
          items: {
            $id: 'io.k8s.api.core.v1.Container',
            type: 'object',
            default: {},
            $description: 'Container is one process of a pod with all that it needs.',
            required: ['name'],
            properties: {
              name: { type: 'string', default: '', description: 'The name of the container, unique in the pod.' },
              image: { type: 'string', description: 'The image that the container runs.' },
            },
          },
        },
        restartPolicy: {
          type: 'string',
          description: 'Whether containers that end are started again: Always, OnFailure or Never.',
        },
        serviceAccountName: { type: 'string', description: 'The ServiceAccount as which the pod runs.' },
        nodeName: { type: 'string', description: 'The node that the pod was scheduled to; empty until then.' },
        hostNetwork: { type: 'boolean', description: 'Whether the pod is in the network of its host.' },
        schedulerName: { type: 'string', description: 'The scheduler that finds a node for the pod.' },
        readinessGates: {
          type: 'array',
          description: 'Conditions that have to be true, beside the containers being ready, for the pod to be ready.',
          'x-kubernetes-list-type': 'atomic',
          items: {
            $id: 'io.k8s.api.core.v1.PodReadinessGate',
            type: 'object',
            default: {},
            $description: 'PodReadinessGate names a condition.',
            required: ['conditionType'],
            properties: {
              conditionType: { type: 'string', default: '', description: 'The type of the condition.' },
            },
          },
        },
      },
    },
    status: {
      $id: 'io.k8s.api.core.v1.PodStatus',
      type: 'object',
      default: {},
      description: 'How it runs.',
      $description: 'PodStatus is the last known state of a pod.',
      properties: {
        phase: {
          type: 'string',
          description: 'Where the pod stands in its life: Pending, Running, Succeeded, Failed or Unknown.',
        },
        reason: { type: 'string', description: 'Why the pod is in this state, in one word: Evicted.' },
        message: { type: 'string', description: 'Why the pod is in this state, for people to read.' },
        nominatedNodeName: {
          type: 'string',
          description: 'The node that is being made free for the pod, where it does not run yet.',
        },
        hostIP: { type: 'string', description: 'The IP address of the host.' },
        podIP: { type: 'string', description: 'The IP address of the pod.' },
        startTime: {
          $ref: 'io.k8s.apimachinery.pkg.apis.meta.v1.Time',
          description: 'When the host began to work on the pod.',
        },
        containerStatuses: {
          type: 'array',
          description: 'The state of each container.',
          'x-kubernetes-list-type': 'atomic',
          items: {
            $id: 'io.k8s.api.core.v1.ContainerStatus',
            type: 'object',
            default: {},
            $description: 'ContainerStatus is the state of one container.',
            required: ['name', 'ready', 'restartCount', 'image', 'imageID'],
            properties: {
              name: { type: 'string', default: '', description: 'The name of the container.' },
              ready: { type: 'boolean', default: false, description: 'Whether the container takes traffic.' },
              restartCount: {
                type: 'integer',
                format: 'int32',
                default: 0,
                description: 'How often the container was started again.',
              },
              image: { type: 'string', default: '', description: 'The image that the container runs.' },
              imageID: { type: 'string', default: '', description: 'The identity of that image.' },
            },
          },
        },
      },
    },
  },
} as const;

/** What runs on a host. */
export type Pod = ObjectFromSchema<typeof podSchema>;
