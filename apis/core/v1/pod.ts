import { ageColumn } from '../../../pkg/apimachinery/runtime/age-column.ts';
import { type KindDefinition, readOnlyVerbs } from '../../../pkg/apimachinery/schema/kind-definition.ts';
import { podMessage } from './pod-protobuf.ts';
import { type Pod, podSchema } from './pod-schema.ts';

const none = '<none>';
const { spec, status } = podSchema.properties;

/** A list that is always empty: this server runs no pods, and programs that look for some find out. */
export const podKind: KindDefinition<Pod> = {
  group: '',
  version: 'v1',
  kind: 'Pod',
  plural: 'pods',
  singular: 'pod',
  scope: 'Namespaced',
  shortNames: ['po'],
  categories: ['all'],
  schema: podSchema,
  protobuf: podMessage,
  verbs: readOnlyVerbs,
  columns: [
    {
      name: 'Ready',
      type: 'string',
      description: 'The aggregate readiness state of this pod for accepting traffic.',
      cell: (pod) => `${statusesOf(pod).filter(({ ready }) => ready).length}/${pod.spec?.containers?.length ?? 0}`,
    },
    {
      name: 'Status',
      type: 'string',
      description: 'The aggregate status of the containers in this pod.',
      cell: ({ status: { reason, phase } = {} }) => reason ?? phase ?? '',
    },
    {
      name: 'Restarts',
      type: 'string',
      description:
        'The number of times the containers in this pod have been restarted and when the last container in this pod has restarted.',
      cell: (pod) => String(statusesOf(pod).reduce((sum, { restartCount }) => sum + restartCount, 0)),
    },
    ageColumn,
    {
      name: 'IP',
      type: 'string',
      priority: 1,
      description: status.properties.podIP.description,
      cell: (pod) => pod.status?.podIP ?? none,
    },
    {
      name: 'Node',
      type: 'string',
      priority: 1,
      description: spec.properties.nodeName.description,
      cell: (pod) => pod.spec?.nodeName ?? none,
    },
    {
      name: 'Nominated Node',
      type: 'string',
      priority: 1,
      description: status.properties.nominatedNodeName.description,
      cell: (pod) => pod.status?.nominatedNodeName ?? none,
    },
    {
      name: 'Readiness Gates',
      type: 'string',
      priority: 1,
      description: spec.properties.readinessGates.description,
      cell: () => none,
    },
  ],
  selectableFields: {
    'spec.host': (pod) => pod.spec?.nodeName ?? '',
    'spec.nodeName': (pod) => pod.spec?.nodeName ?? '',
    'spec.restartPolicy': (pod) => pod.spec?.restartPolicy ?? '',
    'spec.schedulerName': (pod) => pod.spec?.schedulerName ?? '',
    'spec.serviceAccountName': (pod) => pod.spec?.serviceAccountName ?? '',
    'spec.hostNetwork': (pod) => String(pod.spec?.hostNetwork ?? false),
    'status.phase': (pod) => pod.status?.phase ?? '',
    'status.podIP': (pod) => pod.status?.podIP ?? '',
    'status.podIPs': (pod) => pod.status?.podIP ?? '',
    'status.nominatedNodeName': (pod) => pod.status?.nominatedNodeName ?? '',
  },
};

function statusesOf(pod: Pod): readonly { readonly ready: boolean; readonly restartCount: number }[] {
  return pod.status?.containerStatuses ?? [];
}
