import type { KubernetesObject } from '../../../../apis/meta/v1/types.ts';
import { type Informer, newInformer } from '../../../client/cache/informer.ts';
import type { Logger } from '../../../component/logs/logger.ts';
import { newListerWatcher } from '../../registry/lister-watcher.ts';
import type { Store } from '../../registry/store.ts';
import type { PolicySource } from './policy-source.ts';
import type { RBACStores } from './rbac-stores.ts';

/** Informers over roles and bindings. */
export interface PolicyInformers {
  readonly roles: Informer<RBACStoresOf['roles']>;
  readonly roleBindings: Informer<RBACStoresOf['roleBindings']>;
  readonly clusterRoles: Informer<RBACStoresOf['clusterRoles']>;
  readonly clusterRoleBindings: Informer<RBACStoresOf['clusterRoleBindings']>;
}

type RBACStoresOf = { [K in keyof RBACStores]: RBACStores[K] extends Store<infer T> ? T : never };

/** Follows the stored roles and bindings once they are there: an authorizer is needed before there are any stores. */
export class FollowedPolicy implements PolicySource {
  #informers: PolicyInformers | undefined;

  /** Makes the informers, to be run by the caller. To be called once. */
  follow(stores: RBACStores, logger: Logger): PolicyInformers {
    const inform = <T extends KubernetesObject>(store: Store<T>): Informer<T> => {
      const { group, resource } = store.resource;
      return newInformer({ name: `${resource}.${group}`, listerWatcher: newListerWatcher(store), logger });
    };
    const { roles, roleBindings, clusterRoles, clusterRoleBindings } = stores;
    return (this.#informers = {
      roles: inform(roles),
      roleBindings: inform(roleBindings),
      clusterRoles: inform(clusterRoles),
      clusterRoleBindings: inform(clusterRoleBindings),
    });
  }

  get roles(): PolicySource['roles'] {
    return this.#followed.roles.lister;
  }

  get roleBindings(): PolicySource['roleBindings'] {
    return this.#followed.roleBindings.lister;
  }

  get clusterRoles(): PolicySource['clusterRoles'] {
    return this.#followed.clusterRoles.lister;
  }

  get clusterRoleBindings(): PolicySource['clusterRoleBindings'] {
    return this.#followed.clusterRoleBindings.lister;
  }

  /** Throws before anything is followed: that nobody may do anything would be an answer, and a wrong one. */
  get #followed(): PolicyInformers {
    if (this.#informers === undefined) throw new Error('roles and bindings are not followed yet');
    return this.#informers;
  }
}
