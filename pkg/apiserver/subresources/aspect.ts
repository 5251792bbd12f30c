import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';
import type { Strategy } from '../../apimachinery/schema/kind-definition.ts';
import type { ObjectScope, ObjectStore, ResourceScope } from '../endpoints/handlers/resource-scope.ts';
import type { Store } from '../registry/store.ts';
import { newObjectVerbs, type ObjectVerb } from './object-verbs.ts';
import type { VerbSubresource } from './subresource.ts';

/** A subresource that is the object itself, written by other rules: what `status` is, for other members. */
export interface Aspect<T extends KubernetesObject> {
  readonly name: string;
  readonly verbs: readonly ObjectVerb[];
  /** Stand in place of the rules of the kind. A member of `status` stays what it is. */
  readonly strategy: Pick<Strategy<T>, 'prepareForUpdate' | 'validateUpdate'>;
}

/** Serves the object under a further path, where other members of it may be written. */
export function newAspectSubresource<T extends KubernetesObject>({
  name,
  verbs,
  strategy,
}: Aspect<T>): VerbSubresource<T> {
  const toScope = (scope: ResourceScope<T>): ObjectScope => {
    const { store } = scope;
    return { ...scope, store: newAspectStore(store, strategy) } as unknown as ObjectScope;
  };
  return { name, verbs: newObjectVerbs({ name, verbs, toScope }) };
}

function newAspectStore<T extends KubernetesObject>(store: Store<T>, strategy: Aspect<T>['strategy']): ObjectStore<T> {
  return {
    storage: store.storage,
    get: (name) => store.get(name),
    create: (object, namespace, write) => store.create(object, namespace, write),
    update: (update, write) => store.update({ ...update, strategy }, write),
  };
}
