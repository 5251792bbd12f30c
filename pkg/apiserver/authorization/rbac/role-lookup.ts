import type { RoleRef } from '../../../../apis/rbac.authorization.k8s.io/v1/binding-validation.ts';
import type { PolicyRule } from '../../../../apis/rbac.authorization.k8s.io/v1/policy-rule-schema.ts';
import { toGoQuoted } from '../../../apimachinery/validation/go-string.ts';
import type { PolicySource } from './policy-source.ts';

/** The rules of the role that a binding in a namespace refers to; a text that says why there are none. */
export function findRules(
  { roles, clusterRoles }: PolicySource,
  { kind, name }: RoleRef,
  namespace: string,
): readonly PolicyRule[] | string {
  if (kind === 'ClusterRole') return clusterRoles.get(name)?.rules ?? whyNone(clusterRoles.get(name), kind, name);
  if (kind !== 'Role') return `unsupported role reference kind: ${toGoQuoted(kind)}`;
  const role = roles.get(`${namespace}/${name}`);
  return role?.rules ?? whyNone(role, kind, name);
}

/** A role without rules gives nothing, and that is nothing to be told. */
function whyNone(role: object | undefined, kind: string, name: string): readonly PolicyRule[] | string {
  if (role !== undefined) return [];
  return `${kind.toLowerCase()}.rbac.authorization.k8s.io ${toGoQuoted(name)} not found`;
}
