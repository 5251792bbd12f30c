import { nowRFC3339 } from '../time/rfc3339.ts';
import { capUpdateEntries } from './cap-update-entries.ts';
import { type Change, claimChanges, reconcileEntries } from './claim-changes.ts';
import { orUnknown } from './field-manager-name.ts';
import { emptyFieldSet, unionFieldSets } from './field-set/field-set.ts';
import type { ManagedFieldsOptions } from './managed-fields-options.ts';
import { type EntryIdentity, type ManagedEntries, toEntryKey, withEntry } from './managed-entry.ts';
import { withoutUnownedFields } from './unowned-fields.ts';

/** The one who updates. */
export type Updater = Pick<ManagedFieldsOptions, 'apiVersion' | 'manager' | 'subresource' | 'now'>;

/**
 * The entries after an update: the others lose what changed, the updater gains what is new or changed. The time of its entry changes
 * only when it gains something. Throws a `TypedValueError`.
 */
export function trackUpdate(change: Change, entries: ManagedEntries, updater: Updater): ManagedEntries {
  const { written, others } = claimChanges(change, reconcileEntries(entries, change.before, change.versions));
  const fields = withoutUnownedFields(written);
  if (fields.size === 0) return capUpdateEntries(others);
  const identity: EntryIdentity = {
    manager: orUnknown(updater.manager),
    operation: 'Update',
    apiVersion: updater.apiVersion,
    subresource: updater.subresource ?? '',
  };
  const known = others.get(toEntryKey(identity))?.fields ?? emptyFieldSet;
  const entry = { ...identity, time: nowRFC3339(updater.now), fields: unionFieldSets(known, fields) };
  return capUpdateEntries(withEntry(others, entry));
}
