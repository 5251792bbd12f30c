import type { Logger } from '../../../component/logs/logger.ts';
import type { AdmissionHook } from '../../admission/admission.ts';
import type { MeasuredQueue } from '../../../client/workqueue/workqueue-metrics.ts';
import { newClusterRoleAggregation } from '../../controllers/cluster-role-aggregation.ts';
import type { WriteOptions } from '../../registry/store-options.ts';
import { type Authorizer, newPrivilegedGroups, newUnionAuthorizer } from '../authorizer.ts';
import type { RuleResolver } from '../rule-resolver.ts';
import type { BootstrapPolicy } from './bootstrap/bootstrap-policy.ts';
import { reconcilePolicy } from './bootstrap/reconcile-policy.ts';
import { FollowedPolicy } from './followed-policy.ts';
import { newNoEscalation } from './no-escalation.ts';
import { RBACAuthorizer } from './rbac-authorizer.ts';
import type { RBACStores } from './rbac-stores.ts';

/** Authorization by stored roles and bindings. Members of `system:masters` may do everything. */
export interface RBAC {
  /** Fails until the stored policy is followed, so that nobody is let in or kept out by a guess. */
  readonly authorizer: Authorizer;
  readonly resolver: RuleResolver;
  /** Keeps people from giving away more than they hold. To be the last one. */
  readonly admission: AdmissionHook;
  /** Follows the stored roles and bindings. To be called once. */
  follow(stores: RBACStores, options: FollowPolicyOptions): PolicyControl;
}

/** What the stored policy needs. */
export interface FollowPolicyOptions {
  /** What the stores are made to hold. */
  readonly policy: BootstrapPolicy;
  /** How that is written. */
  readonly write: WriteOptions;
  readonly logger: Logger;
}

/** What runs beside the server. */
export interface PolicyControl {
  /** What its controllers work on, for metrics. */
  readonly queues: readonly MeasuredQueue[];
  /** Resolves when the stored policy is known and holds all that a server begins with. Rejects when that cannot be written. */
  waitForSync(signal: AbortSignal): Promise<void>;
  /** Follows until the signal is aborted. Never rejects. */
  run(signal: AbortSignal): Promise<void>;
}

/** Makes an authorizer that decides from the time that it follows stores; those come later, for a server needs it first. */
export function newRBAC(): RBAC {
  const known = new FollowedPolicy();
  const rbac = new RBACAuthorizer(known);
  const authorizer = newUnionAuthorizer([newPrivilegedGroups(['system:masters']), rbac]);
  let followed: RBACStores | undefined;
  return {
    authorizer,
    resolver: rbac,
    admission: newNoEscalation({
      authorizer,
      held: ({ user, namespace }) => rbac.held(user, namespace),
      getRole(kind, place) {
        if (followed === undefined) throw new Error('roles are not stored yet');
        return kind === 'Role' ? followed.roles.get(place) : followed.clusterRoles.get(place);
      },
    }),
    follow(stores, { policy, write, logger }) {
      followed = stores;
      const informers = known.follow(stores, logger);
      const { clusterRoles } = stores;
      const aggregation = newClusterRoleAggregation({ clusterRoles, informer: informers.clusterRoles, logger });
      return {
        queues: aggregation.queues,
        async waitForSync(signal) {
          await Promise.all(Object.values(informers).map((informer) => informer.waitForSync(signal)));
          await reconcilePolicy({ policy, stores, known, write });
        },
        async run(signal) {
          await Promise.all([...Object.values(informers), aggregation].map((each) => each.run(signal)));
        },
      };
    },
  };
}
