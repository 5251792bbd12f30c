import { type FieldError, invalid, required } from '../../../pkg/apimachinery/validation/field-error.ts';
import type { PolicyRule } from './policy-rule-schema.ts';

/** Go has an empty list where a client gave none; what must be there is told by validation. */
export function applyRuleDefaults(draft: { rules?: PolicyRule[] }): void {
  for (const rule of draft.rules ?? []) rule.verbs ??= [];
}

/** Faults of the rules of a role. Source: kubernetes `pkg/apis/rbac/validation`. */
export function validateRules(rules: readonly PolicyRule[], namespaced: boolean): FieldError[] {
  return rules.flatMap((rule, at) => validateRule(rule, `rules[${at}]`, namespaced));
}

function validateRule(rule: PolicyRule, field: string, namespaced: boolean): FieldError[] {
  const { verbs, apiGroups = [], resources = [], nonResourceURLs = [] } = rule;
  const faults: FieldError[] = [];
  if (verbs.length === 0) faults.push(required(`${field}.verbs`, 'verbs must contain at least one value'));
  if (nonResourceURLs.length > 0) return [...faults, ...validateURLs(rule, `${field}.nonResourceURLs`, namespaced)];
  if (apiGroups.length === 0) {
    faults.push(required(`${field}.apiGroups`, 'resource rules must supply at least one api group'));
  }
  if (resources.length === 0) {
    faults.push(required(`${field}.resources`, 'resource rules must supply at least one resource'));
  }
  return faults;
}

function validateURLs(rule: PolicyRule, field: string, namespaced: boolean): FieldError[] {
  const { apiGroups = [], resources = [], resourceNames = [], nonResourceURLs } = rule;
  const texts: string[] = [];
  if (namespaced) texts.push('namespaced rules cannot apply to non-resource URLs');
  if (apiGroups.length + resources.length + resourceNames.length > 0) {
    texts.push('rules cannot apply to both regular resources and non-resource URLs');
  }
  return texts.map((text) => invalid(field, nonResourceURLs, text));
}
