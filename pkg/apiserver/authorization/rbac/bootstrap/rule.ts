import type { PolicyRule } from '../../../../../apis/rbac.authorization.k8s.io/v1/policy-rule-schema.ts';
import { compareUTF8 } from '../../../../apimachinery/runtime/compare.ts';

/** Verbs that only look. */
export const readVerbs: readonly string[] = ['get', 'list', 'watch'];

/** Verbs that change something. */
export const writeVerbs: readonly string[] = ['create', 'delete', 'deletecollection', 'patch', 'update'];

/** A rule for resources of groups; every list in the order in which upstream's builder has it. */
export function newResourceRule(
  verbs: readonly string[],
  apiGroups: readonly string[],
  resources: readonly string[],
): PolicyRule {
  return { verbs: sort(verbs), apiGroups: sort(apiGroups), resources: sort(resources) };
}

/** A rule for reading paths. */
export function newPathRule(...nonResourceURLs: readonly string[]): PolicyRule {
  return { verbs: ['get'], nonResourceURLs: sort(nonResourceURLs) };
}

function sort(values: readonly string[]): string[] {
  return values.toSorted(compareUTF8);
}
