import type { PrinterColumn } from '../../../pkg/apimachinery/schema/kind-definition.ts';
import { ageColumn } from '../../../pkg/apimachinery/runtime/age-column.ts';
import { compareUTF8 } from '../../../pkg/apimachinery/runtime/compare.ts';
import { type Service, type ServicePort, serviceSchema } from './service-schema.ts';

const none = '<none>';
const { properties } = serviceSchema.properties.spec;

/** What `kubectl get services` shows beside the name. Source: kubernetes `pkg/printers/internalversion/printers.go`. */
export const serviceColumns: readonly PrinterColumn<Service>[] = [
  { name: 'Type', type: 'string', description: properties.type.description, cell: ({ spec }) => spec?.type },
  {
    name: 'Cluster-IP',
    type: 'string',
    description: properties.clusterIP.description,
    cell: ({ spec }) => spec?.clusterIPs?.[0] ?? none,
  },
  { name: 'External-IP', type: 'string', description: properties.externalIPs.description, cell: toExternalCell },
  {
    name: 'Port(s)',
    type: 'string',
    description: properties.ports.description,
    cell: ({ spec }) => (spec?.ports ?? []).map(toPortText).join(',') || none,
  },
  ageColumn,
  {
    name: 'Selector',
    type: 'string',
    description: properties.selector.description,
    priority: 1,
    cell: ({ spec }) => toSelectorText(spec?.selector ?? {}),
  },
];

function toExternalCell({ spec = {}, status }: Service): string {
  const { type, externalIPs = [], externalName } = spec;
  if (type === 'ExternalName') return externalName ?? '';
  if (type !== 'LoadBalancer') return externalIPs.join(',') || none;
  const places = (status?.loadBalancer?.ingress ?? []).map(({ ip = '', hostname = '' }) => ip || hostname);
  const balanced = [...new Set(places)].filter((place) => place !== '').toSorted(compareUTF8);
  return [...balanced, ...externalIPs].join(',') || '<pending>';
}

function toPortText({ port, nodePort = 0, protocol = 'TCP' }: ServicePort): string {
  return nodePort === 0 ? `${port}/${protocol}` : `${port}:${nodePort}/${protocol}`;
}

function toSelectorText(selector: Readonly<Record<string, string>>): string {
  const names = Object.keys(selector).toSorted(compareUTF8);
  return names.map((name) => `${name}=${selector[name]}`).join(',') || none;
}
