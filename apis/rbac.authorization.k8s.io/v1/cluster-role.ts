import type { KindDefinition } from '../../../pkg/apimachinery/schema/kind-definition.ts';
import { type FieldError, invalid, required } from '../../../pkg/apimachinery/validation/field-error.ts';
import {
  type RequirementRules,
  tryToLabelSelector,
  validateLabelSelector,
} from '../../../pkg/apimachinery/validation/label-selector.ts';
import { validatePathSegmentName } from '../../../pkg/apimachinery/validation/name-functions.ts';
import { type ClusterRole, clusterRoleSchema } from './cluster-role-schema.ts';
import { rbacGroup } from './group.ts';
import { applyRuleDefaults, validateRules } from './policy-rule-validation.ts';
import { clusterRoleMessage } from './role-protobuf.ts';

/** Rules that hold wherever they are bound. Source: kubernetes `pkg/registry/rbac/clusterrole/strategy.go`. */
export const clusterRoleKind: KindDefinition<ClusterRole> = {
  group: rbacGroup,
  version: 'v1',
  kind: 'ClusterRole',
  plural: 'clusterroles',
  singular: 'clusterrole',
  scope: 'Cluster',
  schema: clusterRoleSchema,
  protobuf: clusterRoleMessage,
  tracksGeneration: false,
  allowCreateOnUpdate: true,
  strategy: {
    applyDefaults: applyRuleDefaults,
    validate: (role) => validateClusterRole(role, {}),
    // What is stored with a value that is no label value may go on so.
    validateUpdate: (role, old) => validateClusterRole(role, { allowInvalidValue: selectsByInvalidValue(old) }),
    validateName: validatePathSegmentName,
  },
};

function validateClusterRole({ rules = [], aggregationRule }: ClusterRole, options: RequirementRules): FieldError[] {
  const faults = validateRules(rules, false);
  if (aggregationRule === undefined) return faults;
  const { clusterRoleSelectors: selectors = [] } = aggregationRule;
  const field = 'aggregationRule.clusterRoleSelectors';
  if (selectors.length === 0) {
    faults.push(required(field, 'at least one clusterRoleSelector required if aggregationRule is non-nil'));
  }
  for (const [at, selector] of selectors.entries()) {
    faults.push(...validateLabelSelector(selector, `${field}[${at}]`, options));
    // Upstream prints here what could not be made of it.
    if (tryToLabelSelector(selector) === undefined) {
      faults.push(invalid(`${field}[${at}]`, undefined, 'invalid label selector.'));
    }
  }
  return faults;
}

function selectsByInvalidValue({ aggregationRule }: ClusterRole): boolean {
  const selectors = aggregationRule?.clusterRoleSelectors ?? [];
  return selectors.some((selector) => validateLabelSelector(selector, '').length > 0);
}
