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
  if (operator === '!') return value === undefined;
  if (value === undefined) return operator === '!=' || operator === 'notin';
  if (operator === 'exists') return true;
  if (operator === 'gt' || operator === 'lt') return comparesInteger(value, operator, values[0] ?? '');
  const isIncluded = values.includes(value);
  return operator === '!=' || operator === 'notin' ? !isIncluded : isIncluded;
}

function comparesInteger(value: string, operator: 'gt' | 'lt', bound: string): boolean {
  const left = tryParseInt64(value);
  const right = tryParseInt64(bound);
  if (left === undefined || right === undefined) return false;
  return operator === 'gt' ? left > right : left < right;
}

// Between key and values, for the operators whose values are not in parentheses.
const infix = { '=': '=', '==': '==', '!=': '!=', gt: '>', lt: '<' } as const;

/** The canonical text of a requirement, such as `app in (a,b)` or `!legacy`. */
export function formatRequirement({ key, operator, values }: LabelRequirement): string {
  if (operator === '!') return `!${key}`;
  if (operator === 'exists') return key;
  const listed = values.join(',');
  if (operator === 'in' || operator === 'notin') return `${key} ${operator} (${listed})`;
  return `${key}${infix[operator]}${listed}`;
}
