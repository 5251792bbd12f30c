import {
  localSubjectAccessReviewKind,
  selfSubjectAccessReviewKind,
  selfSubjectRulesReviewKind,
  subjectAccessReviewKind,
} from '../../../apis/authorization.k8s.io/v1/access-reviews.ts';
import { clusterRoleBindingKind } from '../../../apis/rbac.authorization.k8s.io/v1/cluster-role-binding.ts';
import { clusterRoleKind } from '../../../apis/rbac.authorization.k8s.io/v1/cluster-role.ts';
import { roleBindingKind } from '../../../apis/rbac.authorization.k8s.io/v1/role-binding.ts';
import { roleKind } from '../../../apis/rbac.authorization.k8s.io/v1/role.ts';
import type { AdmissionHook } from '../../../pkg/apiserver/admission/admission.ts';
import {
  type Authorizer,
  newPrivilegedGroups,
  newUnionAuthorizer,
} from '../../../pkg/apiserver/authorization/authorizer.ts';
import {
  type BootstrapPolicy,
  newBootstrapPolicy,
} from '../../../pkg/apiserver/authorization/rbac/bootstrap/bootstrap-policy.ts';
import { reconcilePolicy } from '../../../pkg/apiserver/authorization/rbac/bootstrap/reconcile-policy.ts';
import { FollowedPolicy } from '../../../pkg/apiserver/authorization/rbac/followed-policy.ts';
import { newNoEscalation } from '../../../pkg/apiserver/authorization/rbac/no-escalation.ts';
import { RBACAuthorizer } from '../../../pkg/apiserver/authorization/rbac/rbac-authorizer.ts';
import type { RBACStores } from '../../../pkg/apiserver/authorization/rbac/rbac-stores.ts';
import {
  newLocalSubjectAccessReview,
  newSelfSubjectAccessReview,
  newSubjectAccessReview,
} from '../../../pkg/apiserver/authorization/reviews/access-review.ts';
import { newSelfSubjectRulesReview } from '../../../pkg/apiserver/authorization/reviews/self-subject-rules-review.ts';
import { newClusterRoleAggregation } from '../../../pkg/apiserver/controllers/cluster-role-aggregation.ts';
import type { WriteOptions } from '../../../pkg/apiserver/registry/store-options.ts';
import type { APIServer } from '../../../pkg/apiserver/server/api-server.ts';
import type { Logger } from '../../../pkg/component/logs/logger.ts';
import { storeOf } from './kinds.ts';

/** Who may do what in a gateway: members of `system:masters` everything, others what roles and bindings give them. */
export interface GatewayAuthorization {
  readonly authorizer: Authorizer;
  /** Keeps people from giving away more than they hold. */
  readonly admission: AdmissionHook;
  /** Serves access reviews and follows the stored roles and bindings, which are installed. To be called once. */
  attach(server: APIServer, options: AttachOptions): AuthorizationPart;
}

/** What the stored policy needs. */
export interface AttachOptions {
  readonly logger: Logger;
  /** How the roles that a server begins with are written. */
  readonly write: WriteOptions;
}

/** What runs with the gateway. */
export interface AuthorizationPart {
  /** Resolves when the stored policy is known and holds all that a server begins with. */
  waitForSync(signal: AbortSignal): Promise<void>;
  /** Follows until the signal is aborted. Never rejects. */
  run(signal: AbortSignal): Promise<void>;
}

/** Makes the authorizer of a gateway, which decides from the time that it is attached. */
export function newGatewayAuthorization(): GatewayAuthorization {
  const policy = new FollowedPolicy();
  const rbac = new RBACAuthorizer(policy);
  const authorizer = newUnionAuthorizer([newPrivilegedGroups(['system:masters']), rbac]);
  let stores: RBACStores | undefined;
  return {
    authorizer,
    admission: newNoEscalation({
      authorizer,
      held: ({ user, namespace }) => rbac.held(user, namespace),
      getRole(kind, place) {
        if (stores === undefined) throw new Error('roles are not stored yet');
        return kind === 'Role' ? stores.roles.get(place) : stores.clusterRoles.get(place);
      },
    }),
    attach(server, { logger, write }) {
      installAccessReviews(server, { authorizer, rbac, logger });
      stores = storesOf(server);
      const informers = policy.follow(stores, logger);
      const { clusterRoles } = stores;
      const aggregation = newClusterRoleAggregation({ clusterRoles, informer: informers.clusterRoles, logger });
      const bootstrap = { policy: newGatewayPolicy(server), stores, known: policy, write };
      return {
        async waitForSync(signal) {
          await Promise.all(Object.values(informers).map((informer) => informer.waitForSync(signal)));
          await reconcilePolicy(bootstrap);
        },
        async run(signal) {
          await Promise.all([...Object.values(informers), aggregation].map((each) => each.run(signal)));
        },
      };
    },
  };
}

function storesOf(server: APIServer): RBACStores {
  return {
    roles: storeOf(server, roleKind),
    roleBindings: storeOf(server, roleBindingKind),
    clusterRoles: storeOf(server, clusterRoleKind),
    clusterRoleBindings: storeOf(server, clusterRoleBindingKind),
  };
}

/** Rules for what is served here, and for the place of a backend as for a Service that names one. */
function newGatewayPolicy({ stores }: APIServer): BootstrapPolicy {
  const served = new Set(stores.list().map(({ resource: { group, resource } }) => `${group}/${resource}`));
  served.add('authorization.k8s.io/localsubjectaccessreviews');
  return newBootstrapPolicy({
    isServed: ({ group, resource }) => served.has(`${group}/${resource}`),
    namespaced: [{ group: 'service.grafana.app', resources: ['externalnames'] }],
  });
}

interface ReviewOptions {
  readonly authorizer: Authorizer;
  readonly rbac: RBACAuthorizer;
  readonly logger: Logger;
}

function installAccessReviews(server: APIServer, { authorizer, rbac, logger }: ReviewOptions): void {
  const priority = { groupPriorityMinimum: 17_600, versionPriority: 15 };
  const options = { authorizer, logger };
  server.installReview(localSubjectAccessReviewKind, priority, newLocalSubjectAccessReview(options));
  server.installReview(selfSubjectAccessReviewKind, priority, newSelfSubjectAccessReview(options));
  server.installReview(selfSubjectRulesReviewKind, priority, newSelfSubjectRulesReview(rbac));
  server.installReview(subjectAccessReviewKind, priority, newSubjectAccessReview(options));
}
