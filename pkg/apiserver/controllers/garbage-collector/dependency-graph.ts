import type { KubernetesObject, OwnerReference } from '../../../../apis/meta/v1/types.ts';
import { equalJSON } from '../../../apimachinery/runtime/json.ts';
import { type GraphNode, mayOwn, toGraphNode, toGroupVersion } from './graph-node.ts';

/**
 * Who owns whom, by uid (Go: `GraphBuilder`). Its size is that of the references, not of the storage: what has no owner and waits for
 * nobody is not in it. Each change answers with the uids of the objects that are to be looked at because of it.
 */
export class DependencyGraph {
  readonly #nodes = new Map<string, GraphNode>();
  /** By uid of the owner, which need not be a node. */
  readonly #dependents = new Map<string, Map<string, GraphNode>>();

  get(uid: string): GraphNode | undefined {
    return this.#nodes.get(uid);
  }

  /** Every object that names this one as an owner. */
  dependentsOf(uid: string): readonly GraphNode[] {
    return [...(this.#dependents.get(uid)?.values() ?? [])];
  }

  /**
   * The dependents that a deletion in the foreground has to wait for. Those that wait in turn for this object are none of them: in a
   * circle somebody must be first.
   */
  blockersOf(uid: string): readonly GraphNode[] {
    const owner = this.#nodes.get(uid);
    if (owner === undefined) return [];
    const waiting = this.#waitingFor(owner);
    return this.dependentsOf(uid).filter(
      (node) => !waiting.has(node.uid) && mayOwn(owner, node) && node.owners.some((each) => blocks(each, uid)),
    );
  }

  /** The storage is found to hold these objects and no others. */
  replace(objects: readonly KubernetesObject[]): readonly string[] {
    this.#nodes.clear();
    this.#dependents.clear();
    const byUID = new Map(objects.map((object) => [object.metadata.uid ?? '', object]));
    for (const object of objects) this.put(object);
    const isFine = (node: GraphNode): boolean =>
      node.waitsFor === undefined &&
      (node.terminating || node.owners.every((reference) => refersTo(reference, node, byUID.get(reference.uid))));
    return [...this.#nodes.values()].filter((node) => !isFine(node)).map(({ uid }) => uid);
  }

  /** An object was added or changed. */
  put(object: KubernetesObject): readonly string[] {
    const { uid = '' } = object.metadata;
    const before = this.#nodes.get(uid);
    const after = toGraphNode(object);
    this.#unlink(before);
    this.#link(after);
    if (before?.waitsFor === after?.waitsFor && equalJSON(before?.owners ?? [], after?.owners ?? [])) return [];
    // Whom it blocked may be free by now, or be in a circle with it.
    const owners = this.#waitingAmong([...(before?.owners ?? []), ...(after?.owners ?? [])]);
    return after === undefined ? owners : [uid, ...owners];
  }

  /** An object is gone. */
  delete(object: KubernetesObject): readonly string[] {
    const { uid = '' } = object.metadata;
    const before = this.#nodes.get(uid);
    this.#unlink(before);
    const dependents = this.dependentsOf(uid).map((node) => node.uid);
    return [...dependents, ...this.#waitingAmong(before?.owners ?? [])];
  }

  #link(node: GraphNode | undefined): void {
    if (node === undefined) return;
    this.#nodes.set(node.uid, node);
    for (const { uid } of node.owners) {
      const siblings = this.#dependents.get(uid) ?? new Map<string, GraphNode>();
      this.#dependents.set(uid, siblings.set(node.uid, node));
    }
  }

  #unlink(node: GraphNode | undefined): void {
    if (node === undefined) return;
    this.#nodes.delete(node.uid);
    for (const { uid } of node.owners) {
      const siblings = this.#dependents.get(uid);
      siblings?.delete(node.uid);
      if (siblings?.size === 0) this.#dependents.delete(uid);
    }
  }

  #waitingAmong(references: readonly OwnerReference[]): string[] {
    const uids = new Set(references.map(({ uid }) => uid));
    return [...uids].filter((uid) => this.#nodes.get(uid)?.waitsFor === 'dependents');
  }

  /** The objects that cannot go before this one, itself among them. */
  #waitingFor(node: GraphNode): ReadonlySet<string> {
    const found = new Set([node.uid]);
    const open = [node];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const blocked = next.owners.filter(({ blockOwnerDeletion }) => blockOwnerDeletion === true);
      for (const uid of this.#waitingAmong(blocked)) {
        const owner = this.#nodes.get(uid);
        if (owner === undefined || found.has(uid)) continue;
        found.add(uid);
        open.push(owner);
      }
    }
    return found;
  }
}

function blocks({ uid, blockOwnerDeletion }: OwnerReference, owner: string): boolean {
  return uid === owner && blockOwnerDeletion === true;
}

/** Whether a reference names this object in all its parts. */
function refersTo(reference: OwnerReference, dependent: GraphNode, owner: KubernetesObject | undefined): boolean {
  if (owner === undefined || owner.kind !== reference.kind || owner.metadata.name !== reference.name) return false;
  const sameGroup = toGroupVersion(owner.apiVersion).group === toGroupVersion(reference.apiVersion).group;
  return sameGroup && mayOwn({ namespace: owner.metadata.namespace ?? '' }, dependent);
}
