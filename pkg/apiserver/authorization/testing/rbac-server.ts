import type { Test } from 'tap';
import { clusterRoleBindingKind } from '../../../../apis/rbac.authorization.k8s.io/v1/cluster-role-binding.ts';
import { clusterRoleKind } from '../../../../apis/rbac.authorization.k8s.io/v1/cluster-role.ts';
import { roleBindingKind } from '../../../../apis/rbac.authorization.k8s.io/v1/role-binding.ts';
import { roleKind } from '../../../../apis/rbac.authorization.k8s.io/v1/role.ts';
import type { WriteOptions } from '../../registry/store-options.ts';
import type { Storage } from '../../../storage/interface.ts';
import type { APIAnswer, APIClient } from '../../../testing/api-client.ts';
import { startAPIServer } from '../../../testing/api-server-fixture.ts';
import type { RecordingLogger } from '../../../testing/recording-logger.ts';
import { newBootstrapPolicy } from '../rbac/bootstrap/bootstrap-policy.ts';
import { newRBAC } from '../rbac/new-rbac.ts';
import type { RBACStores } from '../rbac/rbac-stores.ts';
import { installAccessReviews } from '../reviews/install-access-reviews.ts';

/** A server over memory whose requests are decided over by roles and bindings. */
export interface RBACServer {
  readonly admin: APIClient;
  /** A member of the groups `dev` and `qa`. */
  readonly alice: APIClient;
  /** Without credentials. */
  readonly nobody: APIClient;
  readonly stores: RBACStores;
  readonly storage: Storage;
  readonly logger: RecordingLogger;
  /** Gives alice rules, by a cluster role and a binding of this name. */
  readonly grant: (name: string, ...rules: object[]) => Promise<void>;
}

const path = '/apis/rbac.authorization.k8s.io/v1';

/** Writes as the server itself. */
export const serverWrite: WriteOptions = {
  user: { name: 'system:apiserver', uid: '', groups: ['system:masters'], extra: {} },
  manager: 'server',
  dryRun: false,
  warn: (): void => undefined,
};

/** Starts a server that ends with the test. */
export async function startRBACServer(t: Test, options: { readonly storage?: Storage } = {}): Promise<RBACServer> {
  const rbac = newRBAC();
  const fixture = await startAPIServer(t, { ...options, authorizer: rbac.authorizer, admission: [rbac.admission] });
  const { server, logger, admin, newClient, storage } = fixture;
  const priority = { groupPriorityMinimum: 17_000, versionPriority: 15 };
  const stores: RBACStores = {
    roles: server.install(roleKind, priority),
    roleBindings: server.install(roleBindingKind, priority),
    clusterRoles: server.install(clusterRoleKind, priority),
    clusterRoleBindings: server.install(clusterRoleBindingKind, priority),
  };
  installAccessReviews(server, { ...rbac, logger });
  const policy = newBootstrapPolicy({ isServed: ({ group }) => group === '' || group.startsWith('rbac') });
  const control = rbac.follow(stores, { policy, write: serverWrite, logger });
  const stop = new AbortController();
  const running = control.run(stop.signal);
  t.teardown(async () => {
    stop.abort();
    await running;
  });
  await control.waitForSync(stop.signal);
  return {
    admin,
    alice: newClient({ token: 'alice-token' }),
    nobody: newClient(),
    stores,
    storage,
    logger,
    async grant(name, ...rules) {
      mustBeCreated(await create(admin, 'clusterroles', { metadata: { name }, rules }));
      const subjects = [{ kind: 'User', name: 'alice' }];
      const roleRef = { kind: 'ClusterRole', name };
      mustBeCreated(await create(admin, 'clusterrolebindings', { metadata: { name }, subjects, roleRef }));
    },
  };
}

/** POSTs to a collection, such as `clusterroles` or `namespaces/ns/roles`. */
export function create(client: APIClient, collection: string, body: object): Promise<APIAnswer> {
  return client.send('POST', `${path}/${collection}`, { body });
}

function mustBeCreated({ status, text }: APIAnswer): void {
  if (status !== 201) throw new Error(`not created: ${text}`);
}

/** Waits until a condition on what is stored holds; rejects after five seconds. */
export async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 5_000;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`not in time: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
