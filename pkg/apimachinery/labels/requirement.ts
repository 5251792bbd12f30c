import { tryParseInt64 } from '../runtime/go-int.ts';

/** Labels of an object, as `metadata.labels` holds them. */
export type LabelSet = Readonly<Record<string, string>>;

/** Operators of a label requirement, as the canonical text writes them (Go: `selection.Operator`). */
export type LabelOperator = 'in' | 'notin' | '=' | '==' | '!=' | 'gt' | 'lt' | 'exists' | '!';

/** One condition on the labels of an object (Go: `labels.Requirement`). */
export interface LabelRequirement {
  readonly key: string;
  readonly operator: LabelOperator;
  /** Without duplicates, in byte order. Empty for `exists` and `!`. */
  readonly values: readonly string[];
}

/** Tells whether labels satisfy one requirement. An absent key satisfies `!=` and `notin`. */
export function matchesRequirement(requirement: LabelRequirement, labels: LabelSet): boolean {
  const { key, operator, values } = requirement;
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case 'in':
    case '=':
    case '==':
      return value !== undefined && values.includes(value);
    case 'notin':
    case '!=':
      return value === undefined || !values.includes(value);
    case 'exists':
      return value !== undefined;
    case '!':
      return value === undefined;
    case 'gt':
    case 'lt':
      return value !== undefined && comparesInteger(value, operator, values[0] ?? '');
  }
}

function comparesInteger(value: string, operator: 'gt' | 'lt', bound: string): boolean {
  const left = tryParseInt64(value);
  const right = tryParseInt64(bound);
  if (left === undefined || right === undefined) return false;
  return operator === 'gt' ? left > right : left < right;
}

/** The canonical text of a requirement, such as `app in (a,b)` or `!legacy`. */
export function formatRequirement(requirement: LabelRequirement): string {
  const { key, operator, values } = requirement;
  switch (operator) {
    case '!':
      return `!${key}`;
    case 'exists':
      return key;
    case 'in':
    case 'notin':
      return `${key} ${operator} (${values.join(',')})`;
    case 'gt':
      return `${key}>${values.join(',')}`;
    case 'lt':
      return `${key}<${values.join(',')}`;
    case '=':
    case '==':
    case '!=':
      return `${key}${operator}${values.join(',')}`;
  }
}
