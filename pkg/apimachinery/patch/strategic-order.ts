import { isJSONObject } from '../runtime/json.ts';
import { hasPatchDirective } from './strategic-directives.ts';
import { newMalformedDirective, newNoMergeKey, newOrderMismatch } from './strategic-errors.ts';

/** What tells an item from the others of its list: itself, or its merge key. Throws a 500 `StatusError` when it has none. */
export function toItemKey(item: unknown, mergeKey: string | undefined): unknown {
  if (mergeKey === undefined) return item;
  if (isJSONObject(item) && Object.hasOwn(item, mergeKey)) return item[mergeKey];
  throw newNoMergeKey(item, mergeKey);
}

/** Where each key stands in a list: the first place, when it stands there more than once. */
export function toPositions(items: readonly unknown[], mergeKey: string | undefined): Map<unknown, number> {
  const positions = new Map<unknown, number>();
  for (const [position, item] of items.entries()) {
    const key = toItemKey(item, mergeKey);
    if (!positions.has(key)) positions.set(key, position);
  }
  return positions;
}

/** What the order of a merged list goes by. */
export interface OrderRules {
  /** Items, or objects with their merge keys, in the order of the patch. */
  readonly order: readonly unknown[];
  /** The list before it was merged. */
  readonly before: readonly unknown[];
  readonly mergeKey: string | undefined;
}

/**
 * Orders a merged list: items that the patch names in its order, the others in theirs. Of the next one of each kind, the other goes first
 * only when both were in the list before, and it in front.
 */
export function orderItems(items: readonly unknown[], { order, before, mergeKey }: OrderRules): unknown[] {
  const places = toPositions(order, mergeKey);
  const placesBefore = toPositions(before, mergeKey);
  const toPlaced = (item: unknown): Placed => {
    const key = toItemKey(item, mergeKey);
    return { item, place: places.get(key), before: placesBefore.get(key) };
  };
  const placed = items.map(toPlaced);
  const named = placed.filter(({ place }) => place !== undefined);
  named.sort((a, b) => (a.place ?? 0) - (b.place ?? 0));
  return interleave(
    placed.filter(({ place }) => place === undefined),
    named,
  );
}

interface Placed {
  readonly item: unknown;
  /** Place in the patch. */
  readonly place: number | undefined;
  readonly before: number | undefined;
}

function interleave(others: readonly Placed[], named: readonly Placed[]): unknown[] {
  const result: unknown[] = [];
  let at = 0;
  for (const each of named) {
    for (let other = others[at]; other !== undefined && stoodBefore(other, each); other = others[++at]) {
      result.push(other.item);
    }
    result.push(each.item);
  }
  return [...result, ...others.slice(at).map(({ item }) => item)];
}

function stoodBefore(a: Placed, b: Placed): boolean {
  return a.before !== undefined && b.before !== undefined && a.before < b.before;
}

/** Throws when items of a patch stand in another order than it demands: 500; 400 when what it demands is no order. */
export function checkOrder(items: readonly unknown[], order: readonly unknown[], mergeKey: string | undefined): void {
  const isKeyed = (each: unknown): boolean => isJSONObject(each) && Object.hasOwn(each, mergeKey ?? '');
  if (mergeKey !== undefined && !order.every(isKeyed)) throw newMalformedDirective('setElementOrder list');
  const keys = items.filter((item) => !hasPatchDirective(item)).map((item) => toItemKey(item, mergeKey));
  let next = 0;
  for (const each of order) {
    if (next < keys.length && toItemKey(each, mergeKey) === keys[next]) next++;
  }
  if (next < keys.length) throw newOrderMismatch(items, order);
}
