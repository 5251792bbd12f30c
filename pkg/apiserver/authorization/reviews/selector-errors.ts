import type { ResourceAttributes } from '../../../../apis/authorization.k8s.io/v1/attributes-schema.ts';
import { parseFieldSelector } from '../../../apimachinery/fields/parse.ts';
import { parseLabelSelector } from '../../../apimachinery/labels/parse.ts';
import {
  type SelectorRequirement,
  validateFieldRequirement,
  validateLabelRequirement,
} from '../../../apimachinery/validation/label-selector.ts';

/**
 * What of the selectors of a question was not understood; empty when all was. Nothing is refused for it: without its selector the question
 * is a wider one. Source: kubernetes `pkg/registry/authorization/util`.
 */
export function findSelectorErrors({ fieldSelector, labelSelector }: ResourceAttributes): string[] {
  return [
    ...explain('fieldSelector', fieldSelector, { parse: parseFieldSelector, isUnderstood: isFieldRequirement }),
    ...explain('labelSelector', labelSelector, { parse: parseLabelSelector, isUnderstood: isLabelRequirement }),
  ];
}

interface SelectorRules {
  /** Throws for what is no selector. */
  readonly parse: (text: string) => unknown;
  readonly isUnderstood: (requirement: SelectorRequirement) => boolean;
}

function explain(
  member: string,
  selector: ResourceAttributes['fieldSelector'],
  { parse, isUnderstood }: SelectorRules,
): string[] {
  const { rawSelector = '', requirements = [] } = selector ?? {};
  const field = `spec.resourceAttributes.${member}`;
  if (rawSelector !== '' && !parses(parse, rawSelector)) return [`${field} ignored due to parse error`];
  const understood = requirements.filter((each) => isUnderstood(each)).length;
  if (understood === requirements.length) return [];
  return [`${field} ${understood === 0 ? '' : 'partially '}ignored due to parse error`];
}

function parses(parse: (text: string) => unknown, text: string): boolean {
  try {
    parse(text);
    return true;
  } catch {
    return false;
  }
}

function isLabelRequirement(requirement: SelectorRequirement): boolean {
  return validateLabelRequirement(requirement, '').length === 0;
}

/** Fields are compared with one value. */
function isFieldRequirement(requirement: SelectorRequirement): boolean {
  const { operator, values = [] } = requirement;
  const compares = operator === 'In' || operator === 'NotIn';
  return compares && values.length === 1 && validateFieldRequirement(requirement, '').length === 0;
}
