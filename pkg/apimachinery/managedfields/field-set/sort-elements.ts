import { compareUTF8 } from '../../runtime/compare.ts';
import { compareJSON } from './json-order.ts';
import type { PathElement } from './path-element.ts';

/** Steps in upstream's order: members by name, list items by their keys, set items by value, then indices. */
export function sortPathElements(elements: Iterable<PathElement>): PathElement[] {
  const all = [...elements];
  if (all.every((element) => element.startsWith('f:'))) return all.toSorted(compareUTF8);
  // Keys are read once, not once a comparison: lists may be long.
  const decorated = all.map((element) => ({
    element,
    rank: kinds.indexOf(element.charAt(0)),
    value: readValue(element),
  }));
  return decorated.toSorted((a, b) => a.rank - b.rank || compareJSON(a.value, b.value)).map(({ element }) => element);
}

const kinds = 'fkvi';

function readValue(element: PathElement): unknown {
  const rest = element.slice(2);
  return element.startsWith('f:') ? rest : JSON.parse(rest);
}
