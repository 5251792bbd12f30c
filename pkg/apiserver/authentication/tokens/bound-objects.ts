import type { KubernetesObject } from '../../../../apis/meta/v1/types.ts';

/** Kinds of the core group that a token depends on. */
export type BoundKind = 'Node' | 'Pod' | 'Secret' | 'ServiceAccount';

/** An object that a token depends on. */
export interface BoundName {
  readonly kind: BoundKind;
  /** Empty for a node. */
  readonly namespace: string;
  readonly name: string;
}

/** Where the objects are that tokens depend on. */
export interface BoundObjects {
  /** As known at hand, at no cost. May be a moment behind what is stored. */
  peek(name: BoundName): KubernetesObject | undefined;
  /** As stored; `undefined` when it is not there, or such objects are not kept here. */
  get(name: BoundName): Promise<KubernetesObject | undefined>;
}

/** Plurals of the kinds. */
export const boundResources: Readonly<Record<BoundKind, string>> = {
  Node: 'nodes',
  Pod: 'pods',
  Secret: 'secrets',
  ServiceAccount: 'serviceaccounts',
};
