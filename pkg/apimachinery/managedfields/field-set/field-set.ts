import type { FieldPath, PathElement } from './path-element.ts';

/** A place in a set of paths: whether the path to it is in the set, and what is below it. */
export interface FieldNode {
  readonly isMember: boolean;
  readonly children: FieldSet;
}

/** A set of paths, as a trie. No node is without meaning: it is a member, or has members below (Go: `fieldpath.Set`). */
export type FieldSet = ReadonlyMap<PathElement, FieldNode>;

/** The set without paths. */
export const emptyFieldSet: FieldSet = new Map();

const leaf: FieldNode = { isMember: true, children: emptyFieldSet };

/** The node that is a member and has nothing below it. */
export function leafNode(): FieldNode {
  return leaf;
}

/** Tells whether a path is in the set. */
export function hasPath(set: FieldSet, path: FieldPath): boolean {
  let node: FieldNode | undefined;
  let children = set;
  for (const element of path) {
    node = children.get(element);
    if (node === undefined) return false;
    children = node.children;
  }
  return node?.isMember === true;
}

/** How many paths are in the set. */
export function countPaths(set: FieldSet): number {
  let count = 0;
  for (const { isMember, children } of set.values()) count += (isMember ? 1 : 0) + countPaths(children);
  return count;
}

/** Paths that are in either. */
export function unionFieldSets(a: FieldSet, b: FieldSet): FieldSet {
  if (a.size === 0 || a === b) return b;
  if (b.size === 0) return a;
  const result = new Map(a);
  for (const [element, node] of b) {
    const known = result.get(element);
    result.set(element, known === undefined ? node : unionNodes(known, node));
  }
  return result;
}

/** What is in either node. */
export function unionNodes(a: FieldNode, b: FieldNode): FieldNode {
  return { isMember: a.isMember || b.isMember, children: unionFieldSets(a.children, b.children) };
}

/** Paths that are in both. */
export function intersectFieldSets(a: FieldSet, b: FieldSet): FieldSet {
  if (a.size > b.size) return intersectFieldSets(b, a);
  const result = new Map<PathElement, FieldNode>();
  for (const [element, node] of a) {
    const other = b.get(element);
    if (other === undefined) continue;
    const isMember = node.isMember && other.isMember;
    keepNode(result, element, { isMember, children: intersectFieldSets(node.children, other.children) });
  }
  return result;
}

/** Paths of `set` that are not in `other`. Paths below one in `other` stay. */
export function subtractFieldSet(set: FieldSet, other: FieldSet): FieldSet {
  return subtract(set, other, (node, { isMember, children }) => ({
    isMember: node.isMember && !isMember,
    children: subtractFieldSet(node.children, children),
  }));
}

/** Paths of `set` that are neither in `other` nor below a path in it (Go: `RecursiveDifference`). */
export function subtractFieldTrees(set: FieldSet, other: FieldSet): FieldSet {
  return subtract(set, other, (node, { isMember, children }) =>
    isMember ? nothing : { isMember: node.isMember, children: subtractFieldTrees(node.children, children) },
  );
}

const nothing: FieldNode = { isMember: false, children: emptyFieldSet };

function subtract(set: FieldSet, other: FieldSet, rest: (node: FieldNode, other: FieldNode) => FieldNode): FieldSet {
  if (set.size === 0 || other.size === 0) return set;
  const result = new Map<PathElement, FieldNode>();
  for (const [element, node] of set) {
    const found = other.get(element);
    keepNode(result, element, found === undefined ? node : rest(node, found));
  }
  return result;
}

function keepNode(result: Map<PathElement, FieldNode>, element: PathElement, node: FieldNode): void {
  if (node.isMember || node.children.size > 0) result.set(element, node);
}
