import { ageColumn } from '../../../pkg/apimachinery/runtime/age-column.ts';
import {
  type KindDefinition,
  type PrinterColumn,
  readOnlyVerbs,
} from '../../../pkg/apimachinery/schema/kind-definition.ts';
import {
  type PriorityLevelConfiguration,
  priorityLevelConfigurationSchema,
} from './priority-level-configuration-schema.ts';
import { priorityLevelConfigurationMessage } from './priority-level-configuration-protobuf.ts';

const { type, limited } = priorityLevelConfigurationSchema.properties.spec.properties;
const none = '<none>';
const queuing = limited.properties.limitResponse.properties.queuing.properties;

/** A list that is always empty: with it extension servers use the priority levels that are built into them. */
export const priorityLevelConfigurationKind: KindDefinition<PriorityLevelConfiguration> = {
  group: 'flowcontrol.apiserver.k8s.io',
  version: 'v1',
  kind: 'PriorityLevelConfiguration',
  plural: 'prioritylevelconfigurations',
  singular: 'prioritylevelconfiguration',
  scope: 'Cluster',
  protobuf: priorityLevelConfigurationMessage,
  schema: priorityLevelConfigurationSchema,
  verbs: readOnlyVerbs,
  columns: [
    { name: 'Type', type: 'string', description: type.description, cell: ({ spec }) => spec?.type ?? '' },
    {
      name: 'NominalConcurrencyShares',
      type: 'string',
      description: limited.properties.nominalConcurrencyShares.description,
      cell: ({ spec }) => spec?.limited?.nominalConcurrencyShares ?? none,
    },
    newQueueColumn('Queues', 'queues'),
    newQueueColumn('HandSize', 'handSize'),
    newQueueColumn('QueueLengthLimit', 'queueLengthLimit'),
    ageColumn,
  ],
};

function newQueueColumn(name: string, member: keyof typeof queuing): PrinterColumn<PriorityLevelConfiguration> {
  return {
    name,
    type: 'string',
    description: queuing[member].description,
    cell: ({ spec }) => spec?.limited?.limitResponse?.queuing?.[member] ?? none,
  };
}
