import { compareUTF8 } from '../../../apimachinery/runtime/compare.ts';
import { toGoQuoted } from '../../../apimachinery/validation/go-string.ts';
import type { AtomicRule } from './covers.ts';

/** How many missing permissions are told: enough to see what is wrong. */
const maxDescribed = 200;

/**
 * What somebody lacks, a line for each resource with all the verbs: `{APIGroups:[""], Resources:["pods"], Verbs:["get" "list"]}`. Source:
 * kubernetes `pkg/registry/rbac/validation/policy_compact.go`.
 */
export function describeRules(rules: readonly AtomicRule[]): string {
  const lines = [...new Set(compact(rules).map(describeRule))].toSorted(compareUTF8);
  const more = lines.length - maxDescribed;
  return [...lines.slice(0, maxDescribed), ...(more > 0 ? [`and ${more} more`] : [])].join('\n');
}

/** Joins what differs by the verb alone. Paths stay as they are. */
function compact(rules: readonly AtomicRule[]): AtomicRule[] {
  const joined = new Map<string, AtomicRule>();
  const others: AtomicRule[] = [];
  for (const rule of rules) {
    const { verbs, ...about } = rule;
    const key = JSON.stringify([about.apiGroups, about.resources, about.resourceNames]);
    const known = joined.get(key);
    if (rule.nonResourceURLs !== undefined) others.push(rule);
    else if (known === undefined) joined.set(key, { ...rule, verbs: [...verbs] });
    else known.verbs.push(...verbs);
  }
  return [...others, ...joined.values()];
}

function describeRule({ apiGroups, resources, nonResourceURLs, resourceNames, verbs }: AtomicRule): string {
  const parts: readonly (readonly [string, readonly string[] | undefined])[] = [
    ['APIGroups', apiGroups],
    ['Resources', resources],
    ['NonResourceURLs', nonResourceURLs],
    ['ResourceNames', resourceNames],
    ['Verbs', verbs],
  ];
  const told = parts.filter(([, values]) => (values?.length ?? 0) > 0);
  return `{${told.map(([name, values = []]) => `${name}:${toGoList(values)}`).join(', ')}}`;
}

/** A list of texts as Go prints it with `%q`. */
export function toGoList(texts: readonly string[]): string {
  return `[${texts.map((text) => toGoQuoted(text)).join(' ')}]`;
}
