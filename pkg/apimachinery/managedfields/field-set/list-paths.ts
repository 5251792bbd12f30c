import type { FieldNode, FieldSet } from './field-set.ts';
import type { FieldPath, PathElement } from './path-element.ts';
import { sortPathElements } from './sort-elements.ts';

/** All paths of a set, in upstream's order: at each level first the members, then what is below them. */
export function* listPaths(set: FieldSet, prefix: FieldPath = []): Generator<FieldPath, void, undefined> {
  const elements = sortPathElements(set.keys());
  for (const element of elements) if (set.get(element)?.isMember === true) yield [...prefix, element];
  for (const element of elements) {
    const node = set.get(element);
    if (node !== undefined && node.children.size > 0) yield* listPaths(node.children, [...prefix, element]);
  }
}

/** The paths of a set that have no other path of it below them (Go: `Set.Leaves`). */
export function leavesOf(set: FieldSet): FieldSet {
  const leaves = new Map<PathElement, FieldNode>();
  for (const [element, { isMember, children }] of set) {
    leaves.set(element, { isMember: isMember && children.size === 0, children: leavesOf(children) });
  }
  return leaves;
}
