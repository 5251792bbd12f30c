import { equalJSON } from '../runtime/json.ts';
import { nowRFC3339 } from '../time/rfc3339.ts';
import { claimChanges, reconcileEntries } from './claim-changes.ts';
import { unionAllFieldSets } from './field-set/field-set-builder.ts';
import { type FieldSet, subtractFieldTrees } from './field-set/field-set.ts';
import { type EntryIdentity, type ManagedEntries, type ManagedEntry, toEntryKey, withEntry } from './managed-entry.ts';
import type { ManagedFieldsOptions } from './managed-fields-options.ts';
import { pruneDroppedFields } from './prune-dropped-fields.ts';
import { mergeValues } from './typed/merge-values.ts';
import { settleEmptied } from './typed/settle-emptied.ts';
import { toFieldSet } from './typed/to-field-set.ts';
import { withoutUnownedFields } from './unowned-fields.ts';
import type { TypedObject, Versions } from './versions.ts';

/** A config on its way into an object. */
export interface ConfigMerge extends Pick<ManagedFieldsOptions, 'now'> {
  readonly live: TypedObject;
  readonly config: TypedObject;
  readonly entries: ManagedEntries;
  readonly applier: EntryIdentity;
  readonly versions: Versions;
  /** Fields that this resource does not write. */
  readonly ignored: FieldSet;
}

/** The object and its managers as the config wants them, and whose fields that takes. */
export interface MergedConfig {
  readonly object: TypedObject['object'];
  readonly entries: ManagedEntries;
  /** Fields of others that the config changes, by key of the entry. */
  readonly conflicts: ReadonlyMap<string, FieldSet>;
}

/**
 * Merges a config into an object, removes what the applier does not apply any more, and hands it the fields of the config. The object
 * is `live` itself when nothing changes (Go: `merge.Updater.Apply`).
 */
export function mergeConfig(merge: ConfigMerge): MergedConfig {
  const { live, config, applier, versions, ignored } = merge;
  const key = toEntryKey(applier);
  const known = reconcileEntries(merge.entries, live, versions);
  const last = withoutFields(known.get(key), ignored);
  const lastTime = merge.entries.get(key)?.time;
  const fields = subtractFieldTrees(toFieldSet(config.object, config.type), ignored);
  const entries = new Map(known).set(key, { ...applier, time: lastTime, fields });
  const after = mergeAndPrune({ ...merge, entries }, last);
  const { others, conflicts } = claimChanges({ before: live, after, versions, ignored }, entries, key);
  const isSame = equalJSON(live.object, after.object);
  const time = isSame ? lastTime : nowRFC3339(merge.now);
  return {
    object: isSame ? live.object : after.object,
    entries: withEntry(others, { ...applier, time, fields: withoutUnownedFields(fields) }),
    conflicts,
  };
}

function mergeAndPrune(merge: ConfigMerge, last: ManagedEntry | undefined): TypedObject {
  const { live, config, entries, versions } = merge;
  const merged = withObject(live, mergeValues(live.object, config.object, live.type));
  const pruned = pruneDroppedFields({ merged, last, entries, versions });
  if (pruned.object === merged.object) return merged;
  const applied = unionAllFieldSets(appliedFields(merge));
  const emptied = { after: pruned.object, before: merged.object, config: config.object, applied };
  return withObject(pruned, settleEmptied(emptied, pruned.type));
}

// Those of the version of the config.
function* appliedFields({ applier, entries, versions }: ConfigMerge): Generator<FieldSet, void, undefined> {
  const version = versions.keyOf(applier.apiVersion);
  for (const { operation, apiVersion, fields } of entries.values()) {
    if (operation === 'Apply' && versions.keyOf(apiVersion) === version) yield fields;
  }
}

function withObject(typed: TypedObject, object: unknown): TypedObject {
  return { ...typed, object: (object ?? {}) as TypedObject['object'] };
}

function withoutFields(entry: ManagedEntry | undefined, ignored: FieldSet): ManagedEntry | undefined {
  return entry && { ...entry, fields: subtractFieldTrees(entry.fields, ignored) };
}
