import type { AnyBinding } from '../../../../apis/rbac.authorization.k8s.io/v1/binding-validation.ts';
import type { ClusterRole } from '../../../../apis/rbac.authorization.k8s.io/v1/cluster-role-schema.ts';
import { rbacGroup } from '../../../../apis/rbac.authorization.k8s.io/v1/group.ts';
import type { PolicyRule } from '../../../../apis/rbac.authorization.k8s.io/v1/policy-rule-schema.ts';
import { newForbidden, newNotFound } from '../../../apimachinery/errors/constructors.ts';
import { toGoQuoted } from '../../../apimachinery/validation/go-string.ts';
import type { AdmissionHook, AdmissionRequest } from '../../admission/admission.ts';
import { toResourceInfo } from '../attributes.ts';
import type { Authorizer } from '../authorizer.ts';
import { findUncovered, TooManyCombinations } from './covers.ts';
import { describeRules, toGoList } from './describe-rules.ts';
import { changesMoreThanOwnership } from './ownership-change.ts';
import type { AnyRole } from './policy-source.ts';
import { type HeldRules, joinErrors } from './rbac-authorizer.ts';

/** What is asked before somebody may give away rights. */
export interface EscalationOptions {
  /** Asked for the verbs `escalate` and `bind`. */
  readonly authorizer: Authorizer;
  /** What a user holds. */
  held(request: Pick<AdmissionRequest, 'user' | 'namespace'>): HeldRules;
  /** The role that a binding in a namespace refers to, as it is stored now. Throws a 404. */
  getRole(kind: 'Role' | 'ClusterRole', place: { readonly namespace: string; readonly name: string }): Promise<AnyRole>;
}

const everything: readonly PolicyRule[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
  { verbs: ['*'], nonResourceURLs: ['*'] },
];

/**
 * Nobody gives away rights that they do not hold, be it by a role, by a binding or by aggregation. Runs right before the write, on what
 * is written. Source: kubernetes `policybased` storages of `pkg/registry/rbac`.
 */
export function newNoEscalation(options: EscalationOptions): AdmissionHook {
  return {
    name: 'RBACNoEscalation',
    async validate(request) {
      const { kind, operation, user, subresource, object, old } = request;
      if (kind.group !== rbacGroup || operation === 'DELETE' || subresource !== '' || object === undefined) return;
      if (user.groups.includes('system:masters')) return;
      if (old !== undefined && !changesMoreThanOwnership(object, old)) return;
      if (kind.plural === 'roles' || kind.plural === 'clusterroles') await checkRole(request, options);
      else await checkBinding(request, options);
    },
  };
}

async function checkRole(request: AdmissionRequest, options: EscalationOptions): Promise<void> {
  const { kind, operation, user, namespace, name } = request;
  const { group, plural: resource } = kind;
  // When an object is made, upstream does not know its name yet.
  const escalated = operation === 'CREATE' ? '' : name;
  const info = toResourceInfo({ verb: 'escalate', group, resource, namespace, name: escalated });
  if ((await options.authorizer.authorize({ user, info })).verdict === 'allow') return;
  const role = request.object as AnyRole;
  checkHolds(role.rules ?? [], request, options);
  if (!hasAggregation(role) && !hasAggregation(request.old)) return;
  // It can gather anything.
  if (uncoveredBy(options.held(request), everything).length === 0) return;
  throw newForbidden({ group, resource }, name, 'must have cluster-admin privileges to use the aggregationRule');
}

function hasAggregation(role: ClusterRole | undefined): boolean {
  return (role?.aggregationRule?.clusterRoleSelectors ?? []).length > 0;
}

async function checkBinding(request: AdmissionRequest, options: EscalationOptions): Promise<void> {
  const { user, namespace } = request;
  const { roleRef } = request.object as AnyBinding;
  const { apiGroup: group = '', kind, name } = roleRef;
  if (kind !== 'Role' && kind !== 'ClusterRole') throw newNotFound({ group, resource: kind.toLowerCase() }, name);
  const resource = kind === 'Role' ? 'roles' : 'clusterroles';
  const info = toResourceInfo({ verb: 'bind', group, resource, namespace, name });
  if ((await options.authorizer.authorize({ user, info })).verdict === 'allow') return;
  const role = await options.getRole(kind, { namespace: kind === 'Role' ? namespace : '', name });
  checkHolds(role.rules ?? [], request, options);
}

function checkHolds(rules: readonly PolicyRule[], request: AdmissionRequest, options: EscalationOptions): void {
  const { kind, user, name } = request;
  const held = options.held(request);
  const uncovered = uncoveredBy(held, rules, (why) => newForbidden(toResource(kind), name, why));
  if (uncovered.length === 0) return;
  const who = `user ${toGoQuoted(user.name)} (groups=${toGoList(user.groups)})`;
  const what = `is attempting to grant RBAC permissions not currently held:\n${describeRules(uncovered)}`;
  const errors = held.errors.length === 0 ? '' : `; resolution errors: [${joinErrors(held.errors)}]`;
  throw newForbidden(toResource(kind), name, `${who} ${what}${errors}`);
}

function uncoveredBy(
  held: HeldRules,
  rules: readonly PolicyRule[],
  refuse: (why: string) => Error = (why) => new Error(why),
): readonly PolicyRule[] {
  try {
    return findUncovered(held.rules, rules);
  } catch (error) {
    if (error instanceof TooManyCombinations) throw refuse(error.message);
    throw error;
  }
}

function toResource({ group, plural: resource }: AdmissionRequest['kind']) {
  return { group, resource };
}
