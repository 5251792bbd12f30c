import { emptyFieldSet, type FieldNode, type FieldSet } from './field-set.ts';
import type { FieldPath, PathElement } from './path-element.ts';

interface DraftNode extends FieldNode {
  isMember: boolean;
  children: FieldSet;
  /** `children`, once there are any that are ours to change. */
  own: DraftChildren | undefined;
}

type DraftChildren = Map<PathElement, DraftNode>;

/** Collects paths into a set. */
export class FieldSetBuilder {
  readonly #root: DraftChildren = new Map();
  // Nodes on the way of a walker, as far as they were needed.
  readonly #trail: DraftNode[] = [];

  /** Adds a path. The empty path stands for the whole object, which nobody owns, so it is no member. */
  insert(path: FieldPath): void {
    let node: DraftNode | undefined;
    for (const element of path) node = childOf(node === undefined ? this.#root : ownChildren(node), element);
    if (node !== undefined) node.isMember = true;
  }

  /** Adds the place where a walker stands, whose `path` has been followed since its last call of `leave`. */
  mark(path: FieldPath): void {
    for (let depth = this.#trail.length; depth < path.length; depth++) {
      const parent = this.#trail.at(-1);
      this.#trail.push(childOf(parent === undefined ? this.#root : ownChildren(parent), path[depth] as PathElement));
    }
    const node = this.#trail.at(-1);
    if (node !== undefined) node.isMember = true;
  }

  /** Must be called when the walker goes back to `path`. So a mark costs no more than the way since the last one. */
  leave(path: FieldPath): void {
    if (this.#trail.length > path.length) this.#trail.length = path.length;
  }

  /** Adds all paths of a set. */
  add(set: FieldSet): void {
    addAll(this.#root, set);
  }

  /** The set. Nothing may be added after this. */
  build(): FieldSet {
    return this.#root;
  }
}

function childOf(children: DraftChildren, element: PathElement): DraftNode {
  const known = children.get(element);
  if (known !== undefined) return known;
  const node: DraftNode = { isMember: false, children: emptyFieldSet, own: undefined };
  children.set(element, node);
  return node;
}

function ownChildren(node: DraftNode): DraftChildren {
  if (node.own !== undefined) return node.own;
  const own: DraftChildren = new Map();
  node.own = own;
  node.children = own;
  return own;
}

function addAll(children: DraftChildren, set: FieldSet): void {
  for (const [element, node] of set) {
    const child = childOf(children, element);
    if (node.isMember) child.isMember = true;
    if (node.children.size > 0) addAll(ownChildren(child), node.children);
  }
}

/** The set of these paths. */
export function newFieldSet(paths: Iterable<FieldPath>): FieldSet {
  const builder = new FieldSetBuilder();
  for (const path of paths) builder.insert(path);
  return builder.build();
}

/** The set of these members, each a list of names: `[['status'], ['metadata', 'labels']]`. */
export function newFieldSetOfNames(paths: Iterable<readonly string[]>): FieldSet {
  const builder = new FieldSetBuilder();
  for (const names of paths) builder.insert(names.map((name): PathElement => `f:${name}`));
  return builder.build();
}

/** Paths that are in any of the sets, in time linear in their sizes. */
export function unionAllFieldSets(sets: Iterable<FieldSet>): FieldSet {
  const builder = new FieldSetBuilder();
  for (const set of sets) builder.add(set);
  return builder.build();
}
