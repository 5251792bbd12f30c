import {
  emptyFieldSet,
  type FieldSet,
  intersectFieldSets,
  subtractFieldSet,
  subtractFieldTrees,
  unionFieldSets,
} from './field-set/field-set.ts';
import type { ManagedEntries, ManagedEntry } from './managed-entry.ts';
import { compareValues } from './typed/compare-values.ts';
import { reconcileFieldSet } from './typed/reconcile-field-set.ts';
import type { TypedObject, Versions } from './versions.ts';

/** A write, seen from ownership. */
export interface Change {
  readonly before: TypedObject;
  readonly after: TypedObject;
  readonly versions: Versions;
  /** Fields that this write cannot change, whatever it says. */
  readonly ignored: FieldSet;
}

/** What a write means for those who own fields. */
export interface Claim {
  /** Fields that are new or changed, in the version of the write. */
  readonly written: FieldSet;
  /** The other managers with what is left to them. */
  readonly others: ManagedEntries;
  /** Fields that were taken from others, by key of the entry; fields that are gone are not among them. */
  readonly conflicts: ReadonlyMap<string, FieldSet>;
}

/**
 * Takes what a write adds, changes or removes from all managers but `writer`, each in its own version. Managers of versions that are
 * not served any more vanish, as do those who are left with nothing.
 */
export function claimChanges(change: Change, entries: ManagedEntries, writer?: string): Claim {
  const own = compareObjects(change, change.before.apiVersion);
  const comparisons = new Map([[change.versions.keyOf(change.before.apiVersion), own]]);
  const others = new Map<string, ManagedEntry>();
  const conflicts = new Map<string, FieldSet>();
  for (const [key, entry] of entries) {
    const version = change.versions.keyOf(entry.apiVersion);
    if (!comparisons.has(version)) comparisons.set(version, compareObjects(change, entry.apiVersion));
    const comparison = comparisons.get(version);
    if (key === writer || comparison === undefined) continue;
    const taken = intersectFieldSets(entry.fields, comparison.written);
    if (taken.size > 0) conflicts.set(key, taken);
    const fields = subtractFieldSet(subtractFieldSet(entry.fields, taken), comparison.removed);
    if (fields.size > 0) others.set(key, { ...entry, fields });
  }
  return { written: own?.written ?? emptyFieldSet, others, conflicts };
}

interface VersionedChange {
  readonly written: FieldSet;
  readonly removed: FieldSet;
}

function compareObjects({ before, after, versions, ignored }: Change, apiVersion: string): VersionedChange | undefined {
  const old = versions.at(before, apiVersion);
  const wanted = versions.at(after, apiVersion);
  if (old === undefined || wanted === undefined) return undefined;
  const { added, modified, removed } = compareValues(old.object, wanted.object, old.type);
  return {
    written: subtractFieldTrees(unionFieldSets(added, modified), ignored),
    removed: subtractFieldTrees(removed, ignored),
  };
}

/** The entries brought up to the schemas of today, without those of versions that are not served any more. */
export function reconcileEntries(entries: ManagedEntries, live: TypedObject, versions: Versions): ManagedEntries {
  const types = new Map<string, TypedObject | undefined>();
  const result = new Map<string, ManagedEntry>();
  for (const [key, entry] of entries) {
    const version = versions.keyOf(entry.apiVersion);
    if (!types.has(version)) types.set(version, versions.at(live, entry.apiVersion));
    const type = types.get(version)?.type;
    if (type !== undefined) result.set(key, { ...entry, fields: reconcileFieldSet(entry.fields, type) });
  }
  return result;
}
