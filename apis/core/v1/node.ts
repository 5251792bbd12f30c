import { ageColumn } from '../../../pkg/apimachinery/runtime/age-column.ts';
import { compareUTF8 } from '../../../pkg/apimachinery/runtime/compare.ts';
import {
  type KindDefinition,
  type PrinterColumn,
  readOnlyVerbs,
} from '../../../pkg/apimachinery/schema/kind-definition.ts';
import { nodeMessage } from './node-protobuf.ts';
import { type Node, nodeSchema } from './node-schema.ts';

const { addresses, nodeInfo } = nodeSchema.properties.status.properties;
const info = nodeInfo.properties;

/** A list that is always empty: this server has no nodes, and programs that look for some find out. */
export const nodeKind: KindDefinition<Node> = {
  group: '',
  version: 'v1',
  kind: 'Node',
  plural: 'nodes',
  singular: 'node',
  scope: 'Cluster',
  shortNames: ['no'],
  schema: nodeSchema,
  protobuf: nodeMessage,
  verbs: readOnlyVerbs,
  columns: [
    { name: 'Status', type: 'string', description: 'The status of the node', cell: toStatusText },
    { name: 'Roles', type: 'string', description: 'The roles of the node', cell: toRolesText },
    ageColumn,
    {
      name: 'Version',
      type: 'string',
      description: info.kubeletVersion.description,
      cell: ({ status }) => status?.nodeInfo?.kubeletVersion ?? '',
    },
    newAddressColumn('Internal-IP', 'InternalIP'),
    newAddressColumn('External-IP', 'ExternalIP'),
    newInfoColumn('OS-Image', 'osImage'),
    newInfoColumn('Kernel-Version', 'kernelVersion'),
    newInfoColumn('Container-Runtime', 'containerRuntimeVersion'),
  ],
  selectableFields: { 'spec.unschedulable': ({ spec }) => String(spec?.unschedulable ?? false) },
};

function toStatusText({ spec, status }: Node): string {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  const text = ready === undefined ? 'Unknown' : ready.status === 'True' ? 'Ready' : 'NotReady';
  return spec?.unschedulable === true ? `${text},SchedulingDisabled` : text;
}

const rolePrefix = 'node-role.kubernetes.io/';

function toRolesText({ metadata }: Node): string {
  const roles = Object.entries(metadata.labels ?? {}).flatMap(([key, value]) => {
    if (key === 'kubernetes.io/role') return value;
    return key.startsWith(rolePrefix) ? key.slice(rolePrefix.length) : '';
  });
  const named = [...new Set(roles)].filter((role) => role !== '').toSorted(compareUTF8);
  return named.join(',') || '<none>';
}

function newAddressColumn(name: string, type: string): PrinterColumn<Node> {
  return {
    name,
    type: 'string',
    priority: 1,
    description: addresses.description,
    cell: ({ status }) => status?.addresses?.find((each) => each.type === type)?.address ?? '<none>',
  };
}

function newInfoColumn(name: string, member: keyof typeof info): PrinterColumn<Node> {
  return {
    name,
    type: 'string',
    priority: 1,
    description: info[member].description,
    cell: ({ status }) => status?.nodeInfo?.[member] || '<unknown>',
  };
}
