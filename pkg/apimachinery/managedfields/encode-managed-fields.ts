import type { ManagedFieldsEntry } from '../../../apis/meta/v1/types.ts';
import { compareUTF8 } from '../runtime/compare.ts';
import { tryParseRFC3339 } from '../time/rfc3339.ts';
import { toFieldsV1 } from './field-set/fields-v1.ts';
import type { ManagedEntries, ManagedEntry } from './managed-entry.ts';

/** Writes `metadata.managedFields`, in upstream's order; `undefined` when nobody manages anything. */
export function encodeManagedFields(entries: ManagedEntries): ManagedFieldsEntry[] | undefined {
  if (entries.size === 0) return undefined;
  return [...entries.values()].toSorted(compareEntries).map(encodeEntry);
}

function encodeEntry({ manager, operation, apiVersion, time, fields, subresource }: ManagedEntry): ManagedFieldsEntry {
  return {
    ...(manager === '' ? {} : { manager }),
    operation,
    apiVersion,
    ...(time === undefined ? {} : { time }),
    fieldsType: 'FieldsV1',
    fieldsV1: toFieldsV1(fields),
    ...(subresource === '' ? {} : { subresource }),
  };
}

// Appliers first, then by age.
function compareEntries(a: ManagedEntry, b: ManagedEntry): number {
  return (
    compareUTF8(a.operation, b.operation) ||
    compareTimes(a, b) ||
    compareUTF8(a.manager, b.manager) ||
    compareUTF8(a.apiVersion, b.apiVersion) ||
    compareUTF8(a.subresource, b.subresource)
  );
}

/** Orders entries by time, oldest first; those without a time come before all. */
export function compareTimes(a: ManagedEntry, b: ManagedEntry): number {
  return toSeconds(a) - toSeconds(b);
}

function toSeconds({ time }: ManagedEntry): number {
  return time === undefined ? 0 : Math.floor((tryParseRFC3339(time) ?? 0) / 1000);
}
