import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';
import type { ListOptions, ListResult } from '../interface.ts';
import { type SortRange, sortKeyAfter, toSortKey, toSortRange } from './key.ts';
import type { IndexEntry, OrderedIndex } from './ordered-index.ts';

/** States by key that take the place of those in the index; `undefined` stands for no object. */
export type Overrides = ReadonlyMap<string, KubernetesObject | undefined>;

/** From what a page is taken. */
export interface PageSource {
  readonly index: OrderedIndex;
  readonly overrides: Overrides;
  readonly prefix: string;
}

/** A page of the objects below a prefix, in key order. */
export function listPage(source: PageSource, options: ListOptions): Omit<ListResult, 'revision'> {
  const { limit, match } = options;
  const bounded = limit !== undefined && limit > 0;
  const items: KubernetesObject[] = [];
  let last: IndexEntry | undefined;
  for (const entry of entriesOf(source, toSortRange(source.prefix, options.after))) {
    if (match !== undefined && !match(entry.object)) continue;
    if (bounded && last !== undefined && items.length === limit) {
      const page = { items, lastKey: last.key };
      return match === undefined ? { ...page, remaining: countAfter(source, last.key) } : page;
    }
    items.push(entry.object);
    last = entry;
  }
  return { items };
}

function entriesOf({ index, overrides }: PageSource, range: SortRange): Iterable<IndexEntry> {
  const current = index.range(range);
  return overrides.size === 0 ? current : merge(current, toEntries(overrides, range));
}

function toEntries(overrides: Overrides, { from, to }: SortRange): OverrideEntry[] {
  return Array.from(overrides, ([key, object]) => ({ key, sortKey: toSortKey(key), object }))
    .filter(({ sortKey }) => sortKey >= from && (to === undefined || sortKey < to))
    .toSorted((a, b) => (a.sortKey < b.sortKey ? -1 : 1));
}

type OverrideEntry = Omit<IndexEntry, 'object'> & { readonly object: KubernetesObject | undefined };

/** Both in key order, an override in place of the entry with the same key. */
function* merge(current: Iterable<IndexEntry>, overrides: readonly OverrideEntry[]): Generator<IndexEntry, void> {
  let next = 0;
  for (const entry of current) {
    let replaced = false;
    for (; next < overrides.length; next++) {
      const override = overrides[next];
      if (override === undefined || override.sortKey > entry.sortKey) break;
      replaced ||= override.sortKey === entry.sortKey;
      if (override.object !== undefined) yield { ...override, object: override.object };
    }
    if (!replaced) yield entry;
  }
  for (const override of overrides.slice(next)) {
    if (override.object !== undefined) yield { ...override, object: override.object };
  }
}

function countAfter({ index, overrides, prefix }: PageSource, key: string): number {
  const range = toSortRange(prefix, key);
  let count = index.count(range);
  for (const override of toEntries(overrides, { ...range, from: sortKeyAfter(toSortKey(key)) })) {
    if (index.get(override.key) !== undefined) count--;
    if (override.object !== undefined) count++;
  }
  return count;
}
