import { isDeepStrictEqual } from 'node:util';
import type { KubernetesObject } from '../../../../../apis/meta/v1/types.ts';
import type { AnyBinding } from '../../../../../apis/rbac.authorization.k8s.io/v1/binding-validation.ts';
import type { ClusterRole } from '../../../../../apis/rbac.authorization.k8s.io/v1/cluster-role-schema.ts';
import { autoUpdateAnnotation } from '../../../../../apis/rbac.authorization.k8s.io/v1/group.ts';
import { cloneJSON } from '../../../../apimachinery/runtime/json.ts';
import { findUncovered } from '../covers.ts';
import type { AnyRole } from '../policy-source.ts';

// Each function answers with the stored object itself when nothing has to change, and with a changed copy otherwise. What people have added
// stays. Source: component-helpers `auth/rbac/reconciliation`.

/** A role that gives at least what it is expected to give. */
export function mergeRole<R extends AnyRole>(stored: R, expected: R): R {
  if (isProtected(stored)) return stored;
  const draft = cloneJSON(stored);
  mergeMetadata(draft, expected);
  const missing = findUncovered(stored.rules ?? [], expected.rules ?? []);
  if (missing.length > 0) draft.rules = [...(stored.rules ?? []), ...missing];
  mergeAggregation(draft, expected);
  return unlessEqual(stored, draft);
}

/** A binding that has at least the subjects that it is expected to have. */
export function mergeBinding<B extends AnyBinding>(stored: B, expected: B): B {
  if (isProtected(stored)) return stored;
  const draft = cloneJSON(stored);
  mergeMetadata(draft, expected);
  const known = stored.subjects ?? [];
  const missing = (expected.subjects ?? []).filter(
    (subject) => !known.some((each) => isDeepStrictEqual(each, subject)),
  );
  if (missing.length > 0) draft.subjects = [...known, ...missing];
  return unlessEqual(stored, draft);
}

/** Whether a binding is of another role than expected. It cannot be changed then, only made anew. */
export function isOfOtherRole(stored: AnyBinding, expected: AnyBinding): boolean {
  return !isProtected(stored) && !isDeepStrictEqual(stored.roleRef, expected.roleRef);
}

function isProtected({ metadata }: KubernetesObject): boolean {
  return metadata.annotations?.[autoUpdateAnnotation] === 'false';
}

function mergeMetadata({ metadata }: KubernetesObject, { metadata: expected }: KubernetesObject): void {
  if (expected.labels !== undefined) metadata.labels = { ...expected.labels, ...metadata.labels };
  if (expected.annotations !== undefined) metadata.annotations = { ...expected.annotations, ...metadata.annotations };
}

/** A role that is not to gather anything must not go on doing so. */
function mergeAggregation(draft: ClusterRole, { aggregationRule: expected }: ClusterRole): void {
  if (expected === undefined) {
    delete draft.aggregationRule;
    return;
  }
  const known = draft.aggregationRule?.clusterRoleSelectors ?? [];
  const missing = (expected.clusterRoleSelectors ?? []).filter(
    (selector) => !known.some((each) => isDeepStrictEqual(each, selector)),
  );
  if (missing.length > 0) draft.aggregationRule = { clusterRoleSelectors: [...known, ...missing] };
}

function unlessEqual<T extends KubernetesObject>(stored: T, draft: T): T {
  return isDeepStrictEqual(stored, draft) ? stored : draft;
}
