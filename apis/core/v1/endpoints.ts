import { ageColumn } from '../../../pkg/apimachinery/runtime/age-column.ts';
import { dropZeroes } from '../../../pkg/apimachinery/runtime/go-members.ts';
import type { KindDefinition } from '../../../pkg/apimachinery/schema/kind-definition.ts';
import { endpointsMessage } from './endpoints-protobuf.ts';
import { type EndpointAddress, type Endpoints, endpointsSchema, type EndpointSubset } from './endpoints-schema.ts';
import { toReference } from './object-reference-schema.ts';
import { validateEndpoints, validateEndpointsUpdate } from './endpoints-validation.ts';
import { warnOfAddress } from './ip-validation.ts';
import { toShortList } from './short-list.ts';

/** Where the traffic of a Service goes, in the older form. Source: kubernetes `pkg/registry/core/endpoint/strategy.go`. */
export const endpointsKind: KindDefinition<Endpoints> = {
  group: '',
  version: 'v1',
  kind: 'Endpoints',
  plural: 'endpoints',
  singular: 'endpoints',
  scope: 'Namespaced',
  shortNames: ['ep'],
  schema: endpointsSchema,
  protobuf: endpointsMessage,
  columns: [
    {
      name: 'Endpoints',
      type: 'string',
      description: endpointsSchema.properties?.['subsets']?.description ?? '',
      cell: ({ subsets = [] }) => (subsets.length === 0 ? '<none>' : toShortList(subsets.flatMap(toPlaces))),
    },
    ageColumn,
  ],
  allowCreateOnUpdate: true,
  tracksGeneration: false,
  strategy: { applyDefaults, validate: validateEndpoints, validateUpdate: validateEndpointsUpdate, warnings },
};

/** As Go writes it; a port is TCP unless it says otherwise. */
function applyDefaults(draft: Endpoints): void {
  for (const subset of draft.subsets ?? []) {
    dropZeroes(subset, ['addresses', 'notReadyAddresses', 'ports']);
    for (const address of addressesOf(subset)) {
      dropZeroes(address, ['hostname']);
      if (address.targetRef !== undefined) address.targetRef = toReference(address.targetRef);
    }
    subset.ports =
      subset.ports?.map(({ name = '', port, protocol = '', appProtocol }) => ({
        ...(name === '' ? {} : { name }),
        port,
        protocol: protocol === '' ? 'TCP' : protocol,
        ...(appProtocol === undefined ? {} : { appProtocol }),
      })) ?? [];
    dropZeroes(subset, ['ports']);
  }
  dropZeroes(draft, ['subsets']);
}

function warnings({ subsets = [] }: Endpoints): string[] {
  return subsets.flatMap(({ addresses = [], notReadyAddresses = [] }, at) => [
    ...addresses.flatMap(({ ip }, index) => warnOfAddress(ip, `subsets[${at}].addresses[${index}].ip`)),
    ...notReadyAddresses.flatMap(({ ip }, index) => warnOfAddress(ip, `subsets[${at}].notReadyAddresses[${index}].ip`)),
  ]);
}

function addressesOf({ addresses = [], notReadyAddresses = [] }: EndpointSubset): EndpointAddress[] {
  return [...addresses, ...notReadyAddresses];
}

/** A headless service may have no ports. */
function toPlaces({ addresses = [], ports = [] }: EndpointSubset): string[] {
  if (ports.length === 0) return addresses.map(({ ip }) => ip);
  return ports.flatMap(({ port }) =>
    addresses.map(({ ip }) => (ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`)),
  );
}
