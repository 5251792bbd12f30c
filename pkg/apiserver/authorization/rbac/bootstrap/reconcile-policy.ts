import type { AnyBinding } from '../../../../../apis/rbac.authorization.k8s.io/v1/binding-validation.ts';
import type { KubernetesObject } from '../../../../../apis/meta/v1/types.ts';
import { hasReason } from '../../../../apimachinery/errors/status-error.ts';
import { cloneJSON } from '../../../../apimachinery/runtime/json.ts';
import type { Lister } from '../../../../client/cache/store.ts';
import { toObjectKey } from '../../../../client/cache/object-key.ts';
import { tryGet } from '../../../controllers/try-get.ts';
import type { Store } from '../../../registry/store.ts';
import type { WriteOptions } from '../../../registry/store-options.ts';
import type { PolicySource } from '../policy-source.ts';
import type { RBACStores } from '../rbac-stores.ts';
import type { BootstrapPolicy } from './bootstrap-policy.ts';
import { isOfOtherRole, mergeBinding, mergeRole } from './merge-policy.ts';

/** What is brought into being, where, and by whom. */
export interface ReconcileOptions {
  readonly policy: BootstrapPolicy;
  readonly stores: RBACStores;
  /** What is stored, as far as is known; complete. */
  readonly known: PolicySource;
  readonly write: WriteOptions;
}

/** How often one object is tried again when somebody else works on it, too. */
const maxAttempts = 4;

/**
 * Makes stored roles and bindings give what they must, all at a time. Writes nothing where that is so already, and never takes anything
 * away; what is annotated with `rbac.authorization.kubernetes.io/autoupdate: "false"` stays as it is. Rejects when something cannot be
 * written. Source: kubernetes `pkg/registry/rbac/rest/storage_rbac.go`.
 */
export async function reconcilePolicy({ policy, stores, known, write }: ReconcileOptions): Promise<void> {
  const { clusterRoles, clusterRoleBindings, roles, roleBindings } = policy;
  await Promise.all([
    ...clusterRoles.map((each) =>
      ensure(each, mergeRole, { store: stores.clusterRoles, lister: known.clusterRoles, write }),
    ),
    ...roles.map((each) => ensure(each, mergeRole, { store: stores.roles, lister: known.roles, write })),
    ...clusterRoleBindings.map((each) =>
      ensureBinding(each, { store: stores.clusterRoleBindings, lister: known.clusterRoleBindings, write }),
    ),
    ...roleBindings.map((each) =>
      ensureBinding(each, { store: stores.roleBindings, lister: known.roleBindings, write }),
    ),
  ]);
}

interface Place<T extends KubernetesObject> {
  readonly store: Store<T>;
  readonly lister: Lister<T>;
  readonly write: WriteOptions;
}

type Merge<T> = (stored: T, expected: T) => T;

async function ensure<T extends KubernetesObject>(expected: T, merge: Merge<T>, place: Place<T>): Promise<void> {
  const { store, lister, write } = place;
  const { namespace = '', name = '' } = expected.metadata;
  let stored = lister.get(toObjectKey(expected));
  for (let attempt = 1; ; attempt++) {
    try {
      if (stored === undefined) await store.create(cloneJSON(expected), namespace, write);
      else if (merge(stored, expected) !== stored) {
        const transform = (current: T): T => merge(current, expected);
        await store.update({ namespace, name, subresource: '', transform }, write);
      }
      return;
    } catch (error) {
      const isRace = hasReason(error, 'AlreadyExists') || hasReason(error, 'NotFound');
      if (!isRace || attempt === maxAttempts) throw error;
      stored = await tryGet(store, { namespace, name });
    }
  }
}

/** A binding that is of another role is removed first. */
async function ensureBinding<B extends AnyBinding>(expected: B, place: Place<B>): Promise<void> {
  const { store, lister, write } = place;
  const stored = lister.get(toObjectKey(expected));
  if (stored === undefined || !isOfOtherRole(stored, expected)) return ensure(expected, mergeBinding, place);
  const { namespace = '', name = '', uid = '' } = stored.metadata;
  try {
    await store.delete({ namespace, name }, { ...write, preconditions: { uid } });
  } catch (error) {
    if (!hasReason(error, 'NotFound') && !hasReason(error, 'Conflict')) throw error;
  }
  const current = await tryGet(store, { namespace, name });
  return ensure(expected, mergeBinding, { ...place, lister: { ...lister, get: () => current } });
}
