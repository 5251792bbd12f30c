import type { ObjectMeta } from '../../meta/v1/types.ts';
import { type FieldError, invalid, required } from '../../../pkg/apimachinery/validation/field-error.ts';
import {
  type RequirementRules,
  validateFieldRequirement,
  validateLabelRequirement,
} from '../../../pkg/apimachinery/validation/label-selector.ts';
import type { NonResourceAttributes, ResourceAttributes } from './attributes-schema.ts';
import type { LocalSubjectAccessReview } from './local-subject-access-review-schema.ts';
import type { SelfSubjectAccessReview } from './self-subject-access-review-schema.ts';
import type { SubjectAccessReview } from './subject-access-review-schema.ts';

/** Faults of a review of somebody. Source: kubernetes `pkg/apis/authorization/validation`. */
export function validateSubjectAccessReview({ metadata, spec }: SubjectAccessReview): FieldError[] {
  return [...validateSubjectSpec(spec), ...validateEmptyMetadata(metadata)];
}

/** Faults of a review of the caller. */
export function validateSelfSubjectAccessReview({ metadata, spec }: SelfSubjectAccessReview): FieldError[] {
  return [...validateTarget(spec), ...validateSelectors(spec), ...validateEmptyMetadata(metadata)];
}

/** Faults of a review of somebody in the namespace that it was sent to. */
export function validateLocalSubjectAccessReview({ metadata, spec }: LocalSubjectAccessReview): FieldError[] {
  const { namespace: own = '', ...others } = metadata;
  const { resourceAttributes, nonResourceAttributes } = spec;
  const faults = validateSubjectSpec(spec);
  if (!isEmptyMetadata(others)) faults.push(invalid('metadata', metadata, 'must be empty except for namespace'));
  const namespace = resourceAttributes?.namespace ?? '';
  if (resourceAttributes !== undefined && namespace !== own) {
    faults.push(invalid('spec.resourceAttributes.namespace', namespace, 'must match metadata.namespace'));
  }
  if (nonResourceAttributes !== undefined) {
    const value = toGoAttributes(nonResourceAttributes);
    faults.push(invalid('spec.nonResourceAttributes', value, 'disallowed on this kind of request'));
  }
  return faults;
}

interface Target {
  readonly resourceAttributes?: ResourceAttributes;
  readonly nonResourceAttributes?: NonResourceAttributes;
}

function validateSubjectSpec(spec: NonNullable<SubjectAccessReview['spec']>): FieldError[] {
  const { user = '', groups = [] } = spec;
  const faults = validateTarget(spec);
  if (user === '' && groups.length === 0) {
    faults.push(invalid('spec.user', user, 'at least one of user or group must be specified'));
  }
  return [...faults, ...validateSelectors(spec)];
}

function validateTarget({ resourceAttributes, nonResourceAttributes }: Target): FieldError[] {
  if (resourceAttributes !== undefined && nonResourceAttributes !== undefined) {
    const value = toGoAttributes(nonResourceAttributes);
    return [invalid('spec.nonResourceAttributes', value, 'cannot be specified in combination with resourceAttributes')];
  }
  if (resourceAttributes !== undefined || nonResourceAttributes !== undefined) return [];
  const why = 'exactly one of nonResourceAttributes or resourceAttributes must be specified';
  return [invalid('spec.resourceAttributes', undefined, why)];
}

/** As Go prints a struct without JSON names. */
function toGoAttributes({ path = '', verb = '' }: NonResourceAttributes): object {
  return { Path: path, Verb: verb };
}

/** What a later version understands may only narrow the question, and so need not be known. */
const rules: RequirementRules = { allowUnknownOperator: true };

function validateSelectors({ resourceAttributes }: Target): FieldError[] {
  const { fieldSelector, labelSelector } = resourceAttributes ?? {};
  const field = 'spec.resourceAttributes';
  return [
    ...validateSelector(fieldSelector, `${field}.fieldSelector`, validateFieldRequirement),
    ...validateSelector(labelSelector, `${field}.labelSelector`, validateLabelRequirement),
  ];
}

function validateSelector(
  selector: ResourceAttributes['fieldSelector'],
  field: string,
  validate: typeof validateFieldRequirement,
): FieldError[] {
  if (selector === undefined) return [];
  const { rawSelector = '', requirements = [] } = selector;
  const faults: FieldError[] = [];
  if (rawSelector !== '' && requirements.length > 0) {
    faults.push(invalid(`${field}.rawSelector`, rawSelector, 'may not specified at the same time as requirements'));
  }
  if (rawSelector === '' && requirements.length === 0) {
    faults.push(
      required(`${field}.requirements`, `when ${field} is specified, requirements or rawSelector is required`),
    );
  }
  const each = requirements.flatMap((one, at) => validate(one, `${field}.requirements[${at}]`, rules));
  return [...faults, ...each];
}

function validateEmptyMetadata(metadata: ObjectMeta): FieldError[] {
  return isEmptyMetadata(metadata) ? [] : [invalid('metadata', metadata, 'must be empty')];
}

function isEmptyMetadata({ managedFields: _, ...others }: ObjectMeta): boolean {
  return Object.keys(others).length === 0;
}
