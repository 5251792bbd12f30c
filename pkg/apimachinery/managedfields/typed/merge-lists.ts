import type { PathElement } from '../field-set/path-element.ts';
import type { ListType } from './field-type.ts';
import { toItemElement } from './list-item.ts';

/** Two lists of a type and how to join two of their items. */
export interface ListMerge {
  readonly list: ListType;
  readonly live: readonly unknown[];
  readonly config: readonly unknown[];
  readonly mergeItem: (live: unknown, config: unknown) => unknown;
}

/**
 * Joins two associative lists. Items of `config` stand in its order; items that only `live` has keep their place relative to those
 * that both have.
 */
export function mergeLists({ list, live, config, mergeItem }: ListMerge): unknown[] {
  const left = indexItems(list, live);
  const right = indexItems(list, config);
  const shared = right.elements.filter((element) => left.values.has(element));
  const merged = new Set<PathElement>();
  const result: unknown[] = [];
  let nextShared = 0;
  let l = 0;
  let r = 0;
  const takeConfig = (element: PathElement): void => {
    merged.add(element);
    result.push(mergeItem(left.values.get(element), right.values.get(element)));
    if (shared[nextShared] === element) nextShared++;
    r++;
  };
  while (l < left.elements.length || r < right.elements.length) {
    const ours = left.elements[l];
    const wanted = right.elements[r];
    if (ours !== undefined && ours === wanted) {
      takeConfig(wanted);
      l++;
    } else if (ours !== undefined && !right.values.has(ours)) {
      // Duplicates that are stored already stay what they are.
      result.push(live[l]);
      l++;
    } else if (ours !== undefined && wanted !== undefined && isLater(ours)) l++;
    else {
      if (ours !== undefined && merged.has(ours)) l++;
      if (wanted !== undefined) takeConfig(wanted);
    }
  }
  return result;

  // A shared item whose turn has not come yet; its turn will come in the order of the config.
  function isLater(element: PathElement): boolean {
    const next = shared[nextShared];
    return next !== undefined && next !== element;
  }
}

interface Index {
  readonly elements: readonly PathElement[];
  /** Items by identity. Where two have the same, `null`: neither is merged into. */
  readonly values: ReadonlyMap<PathElement, unknown>;
}

function indexItems(list: ListType, items: readonly unknown[]): Index {
  const values = new Map<PathElement, unknown>();
  const elements = items.map((item) => toItemElement(list, item));
  for (const [at, element] of elements.entries()) values.set(element, values.has(element) ? null : items[at]);
  return { elements, values };
}
