import type { ManagedFieldsEntry } from '../../../apis/meta/v1/types.ts';
import type { FieldSet } from './field-set/field-set.ts';

/** What tells one entry of `managedFields` from another. */
export interface EntryIdentity {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  /** Version of the fields. An applier has one entry for all versions. */
  readonly apiVersion: string;
  readonly subresource: string;
}

/** An entry of `managedFields`, decoded. */
export interface ManagedEntry extends EntryIdentity {
  /** When the manager last changed something, RFC 3339. An applier that never changed anything has none. */
  readonly time: string | undefined;
  readonly fields: FieldSet;
}

/** Entries by their identity (Go: `fieldpath.ManagedFields` with the times). */
export type ManagedEntries = ReadonlyMap<string, ManagedEntry>;

/** The identity as text, which also orders managers in messages (Go: `BuildManagerIdentifier`). */
export function toEntryKey({ manager, operation, apiVersion, subresource }: EntryIdentity): string {
  const identity: ManagedFieldsEntry = {
    ...(manager === '' ? {} : { manager }),
    operation,
    ...(operation === 'Apply' || apiVersion === '' ? {} : { apiVersion }),
    ...(subresource === '' ? {} : { subresource }),
  };
  return JSON.stringify(identity);
}

/** The entries with one replaced or added; without it when its set is empty. */
export function withEntry(entries: ManagedEntries, entry: ManagedEntry): ManagedEntries {
  const result = new Map(entries);
  if (entry.fields.size === 0) result.delete(toEntryKey(entry));
  else result.set(toEntryKey(entry), entry);
  return result;
}
