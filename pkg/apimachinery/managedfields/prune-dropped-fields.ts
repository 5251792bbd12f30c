import { isJSONObject } from '../runtime/json.ts';
import { unionAllFieldSets } from './field-set/field-set-builder.ts';
import { type FieldSet, intersectFieldSets, subtractFieldSet, unionFieldSets } from './field-set/field-set.ts';
import type { ManagedEntries, ManagedEntry } from './managed-entry.ts';
import { withNamedMembers } from './typed/named-members.ts';
import { removeItems } from './typed/remove-items.ts';
import { toFieldSet } from './typed/to-field-set.ts';
import type { TypedObject, Versions } from './versions.ts';

/** An applied config, merged into the stored object. */
export interface Merge {
  readonly merged: TypedObject;
  /** What the applier had applied before. */
  readonly last: ManagedEntry | undefined;
  /** All entries, the applier's with its new fields. */
  readonly entries: ManagedEntries;
  readonly versions: Versions;
}

/**
 * Removes what the applier applied before and does not apply any more, unless somebody else owns it. What belongs to nobody stays as
 * well, as long as something is left that holds it (Go: `Updater.prune`).
 */
export function pruneDroppedFields({ merged, last, entries, versions }: Merge): TypedObject {
  if (last === undefined || last.fields.size === 0) return merged;
  const before = versions.at(merged, last.apiVersion);
  if (before === undefined) return merged;
  const removed = without(before, withNamedMembers(last.fields, before.type));
  const owned = groupByVersion(before, entries, versions);
  const withOwned = addBackOwnedFields({ before, removed }, owned, versions);
  const rest = versions.at(withOwned, last.apiVersion) ?? before;
  const pruned = addBackUnownedFields({ before, removed: rest }, last, owned[0]?.sets ?? []);
  return versions.at(pruned, merged.apiVersion) ?? merged;
}

/** An object from which too much may have been removed, and the object that it was. */
interface Removal {
  readonly before: TypedObject;
  readonly removed: TypedObject;
}

interface OwnedFields {
  readonly apiVersion: string;
  readonly sets: FieldSet[];
}

// The version in which was removed goes first: a conversion may need what is added back.
function groupByVersion(
  { apiVersion: first }: TypedObject,
  entries: ManagedEntries,
  versions: Versions,
): OwnedFields[] {
  const owned = new Map<string, OwnedFields>([[versions.keyOf(first), { apiVersion: first, sets: [] }]]);
  for (const { apiVersion, fields } of entries.values()) {
    const key = versions.keyOf(apiVersion);
    const known = owned.get(key);
    if (known === undefined) owned.set(key, { apiVersion, sets: [fields] });
    else known.sets.push(fields);
  }
  return [...owned.values()];
}

function addBackOwnedFields(removal: Removal, owned: readonly OwnedFields[], versions: Versions): TypedObject {
  let { before, removed } = removal;
  for (const { apiVersion, sets } of owned) {
    const all = versions.at(before, apiVersion);
    const rest = versions.at(removed, apiVersion);
    if (all === undefined || rest === undefined) continue;
    before = all;
    removed = without(all, subtractFieldSet(namedFieldsOf(all), unionFieldSets(namedFieldsOf(rest), named(all, sets))));
  }
  return removed;
}

// What is owned is there, unless it holds nothing but empty lists, which no set knows of: so it is spared once more.
function addBackUnownedFields(
  { before, removed }: Removal,
  last: ManagedEntry,
  owned: readonly FieldSet[],
): TypedObject {
  const missing = subtractFieldSet(namedFieldsOf(before), namedFieldsOf(removed));
  const dropped = intersectFieldSets(missing, named(before, [last.fields]));
  return without(before, subtractFieldSet(dropped, named(before, owned)));
}

function namedFieldsOf({ object, type }: TypedObject): FieldSet {
  return withNamedMembers(toFieldSet(object, type), type);
}

function named({ type }: TypedObject, sets: readonly FieldSet[]): FieldSet {
  return withNamedMembers(unionAllFieldSets(sets), type);
}

function without(typed: TypedObject, fields: FieldSet): TypedObject {
  const object = removeItems(typed.object, typed.type, fields);
  return { ...typed, object: isJSONObject(object) ? object : {} };
}
