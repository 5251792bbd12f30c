import type { LabelRequirement } from '../labels/requirement.ts';
import { type LabelSelector as Selector, newLabelSelector } from '../labels/selector.ts';
import { type FieldError, forbidden, invalid, required } from './field-error.ts';
import { validateLabelKey, validateLabelValue } from './label-names.ts';
import { validateLabels } from './object-meta.ts';

/** One condition of a selector, as objects carry it. */
export interface SelectorRequirement {
  readonly key: string;
  /** `In`, `NotIn`, `Exists` or `DoesNotExist`. */
  readonly operator: string;
  readonly values?: readonly string[];
}

/** A condition on labels, as objects carry it (Go: `metav1.LabelSelector`). */
export interface LabelSelectorObject {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly SelectorRequirement[];
}

/** What is let through. */
export interface RequirementRules {
  /** Operators of a later version, where to understand less only means to be stricter. Default: none. */
  readonly allowUnknownOperator?: boolean;
  /** Values that are no label values; for what is stored already. Default: none. */
  readonly allowInvalidValue?: boolean;
}

/** Faults of a label selector in an object. Source: apimachinery `pkg/apis/meta/v1/validation`. */
export function validateLabelSelector(
  selector: LabelSelectorObject,
  field: string,
  rules: RequirementRules = {},
): FieldError[] {
  const { matchLabels, matchExpressions = [] } = selector;
  return [
    ...validateLabels(matchLabels, `${field}.matchLabels`),
    ...matchExpressions.flatMap((each, at) =>
      validateLabelRequirement(each, `${field}.matchExpressions[${at}]`, rules),
    ),
  ];
}

/** Faults of one condition on labels. */
export function validateLabelRequirement(
  requirement: SelectorRequirement,
  field: string,
  rules: RequirementRules = {},
): FieldError[] {
  const { key, values = [] } = requirement;
  const faults = [
    ...validateOperator(requirement, field, rules),
    ...validateLabelKey(key).map((text) => invalid(`${field}.key`, key, text)),
  ];
  if (rules.allowInvalidValue === true) return faults;
  return [
    ...faults,
    ...values.flatMap((value, at) =>
      validateLabelValue(value).map((text) => invalid(`${field}.values[${at}]`, value, text)),
    ),
  ];
}

/** Faults of one condition on fields. */
export function validateFieldRequirement(
  requirement: SelectorRequirement,
  field: string,
  rules: RequirementRules = {},
): FieldError[] {
  const missing = requirement.key === '' ? [required(`${field}.key`, 'must be specified')] : [];
  return [...missing, ...validateOperator(requirement, field, rules)];
}

function validateOperator(
  { operator, values = [] }: SelectorRequirement,
  field: string,
  rules: RequirementRules,
): FieldError[] {
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length > 0) return [];
    return [required(`${field}.values`, "must be specified when `operator` is 'In' or 'NotIn'")];
  }
  if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (values.length === 0) return [];
    return [forbidden(`${field}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")];
  }
  return rules.allowUnknownOperator === true
    ? []
    : [invalid(`${field}.operator`, operator, 'not a valid selector operator')];
}

const operators = { In: 'in', NotIn: 'notin', Exists: 'exists', DoesNotExist: '!' } as const;

/**
 * The selector that an object carries (Go: `LabelSelectorAsSelector`); `undefined` when it is none: an operator is unknown or comes with
 * the wrong number of values, or something is no label.
 */
export function tryToLabelSelector(selector: LabelSelectorObject): Selector | undefined {
  const { matchLabels = {}, matchExpressions = [] } = selector;
  if (validateLabelSelector(selector, '').length > 0) return undefined;
  const requirements: LabelRequirement[] = [
    ...Object.entries(matchLabels).map(([key, value]) => ({ key, operator: '=' as const, values: [value] })),
    ...matchExpressions.map(({ key, operator, values = [] }) => ({
      key,
      operator: operators[operator as keyof typeof operators],
      values: [...new Set(values)].toSorted(),
    })),
  ];
  return newLabelSelector(requirements);
}
