import { compareUTF8 } from '../runtime/compare.ts';
import { compareTimes } from './encode-managed-fields.ts';
import { unionAllFieldSets } from './field-set/field-set-builder.ts';
import type { FieldSet } from './field-set/field-set.ts';
import { type ManagedEntries, type ManagedEntry, toEntryKey } from './managed-entry.ts';

/** How many entries of updates an object has at most. */
const maxUpdateEntries = 10;

/** Manager that stands for the oldest updates. */
const ancientManager = 'ancient-changes';

/**
 * Keeps the number of updating managers within bounds, which clients that write under ever new names would exceed: the oldest become
 * one per version. Appliers are not counted (Go: `capManagersManager`).
 */
export function capUpdateEntries(entries: ManagedEntries): ManagedEntries {
  const updates = [...entries].filter(([, { operation }]) => operation === 'Update');
  if (updates.length <= maxUpdateEntries) return entries;
  const oldestFirst = updates.toSorted(([aKey, a], [bKey, b]) => compareTimes(a, b) || compareUTF8(aKey, bKey));
  return joinOldest(entries, oldestFirst);
}

interface Bucket {
  readonly sets: FieldSet[];
  entry: ManagedEntry;
  /** Not joined with any other yet: the entry is still under its own name. */
  firstKey: string | undefined;
}

function joinOldest(
  entries: ManagedEntries,
  oldestFirst: readonly (readonly [string, ManagedEntry])[],
): ManagedEntries {
  const rest = new Map(entries);
  const buckets = new Map<string, Bucket>();
  let excess = oldestFirst.length - maxUpdateEntries;
  for (const [key, entry] of oldestFirst) {
    if (excess === 0) break;
    const bucket = buckets.get(entry.apiVersion);
    if (bucket === undefined) {
      buckets.set(entry.apiVersion, { sets: [entry.fields], entry, firstKey: key });
      continue;
    }
    bucket.sets.push(entry.fields);
    bucket.entry = { ...entry, manager: ancientManager, subresource: '' };
    if (bucket.firstKey !== undefined) rest.delete(bucket.firstKey);
    bucket.firstKey = undefined;
    rest.delete(key);
    excess--;
  }
  for (const bucket of buckets.values()) if (bucket.firstKey === undefined) addBucket(rest, bucket);
  return rest;
}

function addBucket(entries: Map<string, ManagedEntry>, { sets, entry }: Bucket): void {
  const key = toEntryKey(entry);
  // Younger changes may have been joined before.
  const known = entries.get(key);
  const fields = unionAllFieldSets(known === undefined ? sets : [...sets, known.fields]);
  entries.set(key, { ...entry, fields, time: known?.time ?? entry.time });
}
