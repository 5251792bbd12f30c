import { isJSONObject, type JSONObject } from '../runtime/json.ts';
import { hasPatchDirective, isMergeDirective, readPatchDirective } from './strategic-directives.ts';
import { newListMergeUnsupported, newListOfLists, newMixedItems, newNoMergeKeyDeclared } from './strategic-errors.ts';
import type { MemberRules } from './strategic-member-rules.ts';
import { orderItems, toItemKey, toPositions } from './strategic-order.ts';

/** A list, and what a patch says of it. */
export interface ListPatch {
  readonly current: readonly unknown[];
  readonly change: readonly unknown[];
}

/** Merges a patch into one item. */
export type MergeItem = (current: JSONObject, patch: JSONObject) => JSONObject;

/** Merges lists whose patch strategy is `merge`: scalars are joined, objects matched by their merge key. */
export function mergeList(
  { current, change }: ListPatch,
  rules: MemberRules,
  mergeItem: MergeItem,
): readonly unknown[] {
  const { name, mergeKey } = rules;
  if (!holdObjects(current, change)) {
    const joined = [...new Set([...current, ...change])];
    return orderItems(joined, { order: change, before: current, mergeKey: undefined });
  }
  if (mergeKey === undefined) throw newNoMergeKeyDeclared(name);
  const { changes, deleted, replaces } = readItems(change as readonly JSONObject[], mergeKey);
  const kept = replaces ? [] : current.filter((item) => !deleted.has(toItemKey(item, mergeKey)));
  const merged = mergeObjects({ current: kept, change: changes }, mergeKey, mergeItem);
  return orderItems(merged, { order: changes, before: kept, mergeKey });
}

/** The list without the scalars that are to go. */
export function deleteScalars(current: readonly unknown[], deletions: readonly unknown[]): readonly unknown[] {
  holdObjects(current, deletions);
  const deleted = new Set(deletions);
  return current.filter((item) => !deleted.has(item));
}

// Throws unless all items of both lists are of one type.
function holdObjects(...lists: readonly (readonly unknown[])[]): boolean {
  let type: string | undefined;
  for (const list of lists) {
    for (const item of list) {
      if (type === undefined && Array.isArray(item)) throw newListOfLists();
      type ??= toType(item);
      if (type !== toType(item) || item === null) throw newMixedItems(list);
    }
  }
  return type === 'object';
}

function toType(item: unknown): string {
  return Array.isArray(item) ? 'array' : typeof item;
}

interface ItemsPatch {
  readonly changes: readonly JSONObject[];
  readonly deleted: ReadonlySet<unknown>;
  /** Nothing that was in the list stays. */
  readonly replaces: boolean;
}

function readItems(items: readonly JSONObject[], mergeKey: string): ItemsPatch {
  const deleted = new Set<unknown>();
  let replaces = false;
  for (const item of items.filter(hasPatchDirective)) {
    if (isMergeDirective(item)) throw newListMergeUnsupported();
    if (readPatchDirective(item) === 'replace') replaces = true;
    else deleted.add(toItemKey(item, mergeKey));
  }
  return { changes: items.filter((item) => !hasPatchDirective(item)), deleted, replaces };
}

function mergeObjects({ current, change }: ListPatch, mergeKey: string, mergeItem: MergeItem): unknown[] {
  const merged = [...current];
  const positions = toPositions(current, mergeKey);
  for (const item of change) {
    const key = toItemKey(item, mergeKey);
    const position = positions.get(key) ?? merged.length;
    const before = merged[position];
    merged[position] = mergeItem(isJSONObject(before) ? before : {}, item as JSONObject);
    positions.set(key, position);
  }
  return merged;
}
