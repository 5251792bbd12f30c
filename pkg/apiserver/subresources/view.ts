import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';
import { newMethodNotAllowed } from '../../apimachinery/errors/constructors.ts';
import { cloneJSON } from '../../apimachinery/runtime/json.ts';
import type { KindDefinition } from '../../apimachinery/schema/kind-definition.ts';
import type { ObjectScope, ObjectStore, ResourceScope } from '../endpoints/handlers/resource-scope.ts';
import type { Store } from '../registry/store.ts';
import { newObjectVerbs, type ObjectVerb } from './object-verbs.ts';
import type { VerbSubresource } from './subresource.ts';

/** Another form of an object, of a kind of its own, such as its scale. Nothing is stored but the object. */
export interface View<T extends KubernetesObject, V extends KubernetesObject> {
  readonly name: string;
  /** What clients read and write. */
  readonly kind: KindDefinition<V>;
  /** Default: all three. */
  readonly verbs?: readonly ObjectVerb[];
  /** What clients see of the object. Throws a `StatusError` when it cannot be seen in this form. */
  read(object: T): V;
  /** What a client's patch is applied to. Default: what clients see. */
  readForUpdate?(object: T): V;
  /** Carries what the client wants into the object. Throws a `StatusError` to refuse. */
  write(draft: T, wanted: V): void;
}

/** Serves another form of the objects of a kind, with the ordinary media types, patches, preconditions and dry runs. */
export function newViewSubresource<T extends KubernetesObject, V extends KubernetesObject>(
  view: View<T, V>,
): VerbSubresource<T> {
  const { name, kind, verbs = ['get', 'patch', 'update'] } = view;
  const toScope = ({ now, store }: ResourceScope<T>): ObjectScope =>
    ({ kind, now, store: newViewStore(store, view) }) as unknown as ObjectScope;
  return { name, kind, verbs: newObjectVerbs({ name, verbs, toScope }) };
}

function newViewStore<T extends KubernetesObject, V extends KubernetesObject>(
  store: Store<T>,
  view: View<T, V>,
): ObjectStore<V> {
  return {
    storage: store.storage,
    get: async (name) => view.read(await store.get(name)),
    create: () => Promise.reject(newMethodNotAllowed()),
    async update(update, write) {
      const { namespace, name, subresource, uid: expected } = update;
      const change = async (old: T): Promise<T> => {
        const wanted = await update.transform(view.readForUpdate?.(old) ?? view.read(old));
        const draft = cloneJSON(old);
        const { uid = '', resourceVersion = '' } = wanted.metadata;
        if (uid !== '') draft.metadata.uid = uid;
        // The one precondition that a client may state; without it the stored state is the one that was meant.
        if (resourceVersion !== '') draft.metadata.resourceVersion = resourceVersion;
        view.write(draft, wanted);
        return draft;
      };
      return view.read(await store.update({ namespace, name, subresource, uid: expected, transform: change }, write));
    },
  };
}
