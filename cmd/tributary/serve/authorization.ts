import { clusterRoleBindingKind } from '../../../apis/rbac.authorization.k8s.io/v1/cluster-role-binding.ts';
import { clusterRoleKind } from '../../../apis/rbac.authorization.k8s.io/v1/cluster-role.ts';
import { roleBindingKind } from '../../../apis/rbac.authorization.k8s.io/v1/role-binding.ts';
import { roleKind } from '../../../apis/rbac.authorization.k8s.io/v1/role.ts';
import {
  type BootstrapPolicy,
  newBootstrapPolicy,
} from '../../../pkg/apiserver/authorization/rbac/bootstrap/bootstrap-policy.ts';
import type { PolicyControl, RBAC } from '../../../pkg/apiserver/authorization/rbac/new-rbac.ts';
import type { RBACStores } from '../../../pkg/apiserver/authorization/rbac/rbac-stores.ts';
import { installAccessReviews } from '../../../pkg/apiserver/authorization/reviews/install-access-reviews.ts';
import type { WriteOptions } from '../../../pkg/apiserver/registry/store-options.ts';
import type { APIServer } from '../../../pkg/apiserver/server/api-server.ts';
import type { Logger } from '../../../pkg/component/logs/logger.ts';
import { storeOf } from './kinds.ts';

/** What authorization needs to know of the gateway. */
export interface AttachOptions {
  readonly rbac: RBAC;
  readonly logger: Logger;
  /** How the roles that a gateway begins with are written. */
  readonly write: WriteOptions;
}

/** Serves access reviews, and lets roles and bindings, whose kinds are installed, decide over requests. */
export function attachAuthorization(server: APIServer, { rbac, logger, write }: AttachOptions): PolicyControl {
  const { authorizer, resolver } = rbac;
  installAccessReviews(server, { authorizer, resolver, logger });
  const stores: RBACStores = {
    roles: storeOf(server, roleKind),
    roleBindings: storeOf(server, roleBindingKind),
    clusterRoles: storeOf(server, clusterRoleKind),
    clusterRoleBindings: storeOf(server, clusterRoleBindingKind),
  };
  return rbac.follow(stores, { policy: newGatewayPolicy(server), write, logger });
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
