import { ageColumn } from '../../../pkg/apimachinery/runtime/age-column.ts';
import { equalJSON } from '../../../pkg/apimachinery/runtime/json.ts';
import type { KindDefinition } from '../../../pkg/apimachinery/schema/kind-definition.ts';
import { toReference } from '../../core/v1/object-reference-schema.ts';
import { toShortList } from '../../core/v1/short-list.ts';
import { endpointSliceMessage } from './endpoint-slice-protobuf.ts';
import { type EndpointSlice, endpointSliceSchema } from './endpoint-slice-schema.ts';
import { validateEndpointSlice, validateEndpointSliceUpdate } from './endpoint-slice-validation.ts';

const describe = (member: string): string => endpointSliceSchema.properties?.[member]?.description ?? '';

/** Where the traffic of a Service goes. Source: kubernetes `pkg/registry/discovery/endpointslice/strategy.go`. */
export const endpointSliceKind: KindDefinition<EndpointSlice> = {
  group: 'discovery.k8s.io',
  version: 'v1',
  kind: 'EndpointSlice',
  plural: 'endpointslices',
  singular: 'endpointslice',
  scope: 'Namespaced',
  schema: endpointSliceSchema,
  protobuf: endpointSliceMessage,
  columns: [
    {
      name: 'AddressType',
      type: 'string',
      description: describe('addressType'),
      cell: ({ addressType }) => addressType,
    },
    {
      name: 'Ports',
      type: 'string',
      description: describe('ports'),
      cell: ({ ports = [] }) => toShortList(ports.map(({ port, name = '*' }) => String(port ?? name))) || unset,
    },
    {
      name: 'Endpoints',
      type: 'string',
      description: describe('endpoints'),
      cell: ({ endpoints = [] }) => toShortList(endpoints.flatMap(({ addresses = [] }) => addresses)) || unset,
    },
    ageColumn,
  ],
  strategy: {
    applyDefaults,
    prepareForCreate: dropTopology,
    prepareForUpdate(draft, old) {
      if (!equalJSON(draft.endpoints, old.endpoints)) dropTopology(draft);
      // Labels say which Service it is of.
      const isMoved = !equalJSON(draft.metadata.labels ?? {}, old.metadata.labels ?? {});
      if (isMoved) draft.metadata.generation = (old.metadata.generation ?? 0) + 1;
    },
    validate: validateEndpointSlice,
    validateUpdate: validateEndpointSliceUpdate,
    warnings: ({ addressType }, old) =>
      old === undefined && addressType === 'FQDN' ? ['spec.addressType: FQDN endpoints are deprecated'] : [],
  },
};

const unset = '<unset>';

function applyDefaults(draft: EndpointSlice): void {
  if (draft.ports !== undefined) draft.ports = draft.ports.map((port) => ({ name: '', protocol: 'TCP', ...port }));
  for (const endpoint of draft.endpoints ?? []) {
    endpoint.addresses ??= [];
    if (endpoint.targetRef !== undefined) endpoint.targetRef = toReference(endpoint.targetRef);
  }
}

/** What v1beta1 had of the place is not written any more. */
function dropTopology({ endpoints = [] }: EndpointSlice): void {
  for (const endpoint of endpoints) delete endpoint.deprecatedTopology;
}
