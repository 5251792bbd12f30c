import type { PolicyRule } from '../../../../../apis/rbac.authorization.k8s.io/v1/policy-rule-schema.ts';
import { newResourceRule, readVerbs, writeVerbs } from './rule.ts';

/** Resources of a group that people work with inside of namespaces. */
export interface NamespacedResources {
  readonly group: string;
  readonly resources: readonly string[];
}

/** Whether a resource is served, so that a rule for it says something. */
export type IsServed = (resource: { readonly group: string; readonly resource: string }) => boolean;

const readWrite = [...readVerbs, ...writeVerbs];

/** Everybody who may look may see these. */
const viewed: readonly NamespacedResources[] = [
  { group: '', resources: ['configmaps', 'endpoints', 'serviceaccounts', 'services', 'services/status'] },
  // In a namespace this is that namespace alone.
  { group: '', resources: ['namespaces', 'namespaces/status'] },
  { group: '', resources: ['events'] },
  { group: 'events.k8s.io', resources: ['events'] },
  { group: 'discovery.k8s.io', resources: ['endpointslices'] },
];

/** Seeing these would be a way to more rights. */
const seenByEditors: readonly NamespacedResources[] = [{ group: '', resources: ['secrets'] }];

/** Endpoints are not among them: who writes those can send traffic anywhere (CVE-2021-25740). */
const edited: readonly NamespacedResources[] = [
  { group: '', resources: ['configmaps', 'secrets', 'serviceaccounts', 'services'] },
  { group: '', resources: ['events'] },
  { group: 'events.k8s.io', resources: ['events'] },
];

/** Rules of `view`, for what is served. Source: kubernetes `bootstrappolicy/policy.go`. */
export function newViewRules(isServed: IsServed, further: readonly NamespacedResources[]): PolicyRule[] {
  return toRules(readVerbs, [...viewed, ...further], isServed);
}

/** Rules of `edit` beside those of `view`. */
export function newEditRules(isServed: IsServed, further: readonly NamespacedResources[]): PolicyRule[] {
  const tokens = [{ group: '', resources: ['serviceaccounts/token'] }];
  return [
    ...toRules(readVerbs, seenByEditors, isServed),
    ...toRules(['impersonate'], [{ group: '', resources: ['serviceaccounts'] }], isServed),
    ...toRules(writeVerbs, [...edited, ...further], isServed),
    ...toRules(['create'], tokens, isServed),
    ...toRules(readWrite, [{ group: 'coordination.k8s.io', resources: ['leases'] }], isServed),
  ];
}

/** Rules of `admin` beside those of `edit`. */
export function newAdminRules(isServed: IsServed): PolicyRule[] {
  const reviews = [{ group: 'authorization.k8s.io', resources: ['localsubjectaccessreviews'] }];
  const roles = [{ group: 'rbac.authorization.k8s.io', resources: ['roles', 'rolebindings'] }];
  return [...toRules(['create'], reviews, isServed), ...toRules(readWrite, roles, isServed)];
}

function toRules(verbs: readonly string[], all: readonly NamespacedResources[], isServed: IsServed): PolicyRule[] {
  return all.flatMap(({ group, resources }) => {
    const served = resources.filter((each) => isServed({ group, resource: each.split('/')[0] ?? '' }));
    return served.length === 0 ? [] : [newResourceRule(verbs, [group], served)];
  });
}
