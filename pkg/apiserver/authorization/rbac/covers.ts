import type { PolicyRule } from '../../../../apis/rbac.authorization.k8s.io/v1/policy-rule-schema.ts';

/** A rule that speaks of one thing only: one group, resource, name and verb, or one path and verb. */
export type AtomicRule = PolicyRule;

/** Thrown for rules that speak of more things than anybody has the time to look at. */
export class TooManyCombinations extends Error {}

/** How many things rules may speak of: a body of ordinary size could otherwise stand for billions. */
const maxCombinations = 100_000;

/**
 * What rules give that no rule of the owner gives, in its smallest parts; none when all is covered. An owner's rule covers a part or does
 * not, so that parts are never put together. Throws `TooManyCombinations`. Source: component-helpers `auth/rbac/validation`.
 */
export function findUncovered(owner: readonly PolicyRule[], rules: readonly PolicyRule[]): AtomicRule[] {
  const total = rules.reduce((sum, rule) => sum + countParts(rule), 0);
  if (total > maxCombinations) {
    throw new TooManyCombinations(
      `the rules stand for ${total} permissions, of which at most ${maxCombinations} can be compared`,
    );
  }
  const held = owner.map(toHeldRule);
  return rules.flatMap((rule) => [...uncoveredResources(held, rule), ...uncoveredURLs(held, rule)]);
}

function countParts({ verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] }: PolicyRule) {
  const named = apiGroups.length * resources.length * Math.max(resourceNames.length, 1);
  return verbs.length * (named + nonResourceURLs.length);
}

interface HeldRule {
  readonly verbs: ReadonlySet<string>;
  readonly apiGroups: ReadonlySet<string>;
  readonly resources: ReadonlySet<string>;
  readonly resourceNames: ReadonlySet<string>;
  readonly nonResourceURLs: readonly string[];
}

function toHeldRule({ verbs, apiGroups, resources, resourceNames, nonResourceURLs = [] }: PolicyRule): HeldRule {
  return {
    verbs: new Set(verbs),
    apiGroups: new Set(apiGroups),
    resources: new Set(resources),
    resourceNames: new Set(resourceNames),
    nonResourceURLs,
  };
}

function uncoveredResources(held: readonly HeldRule[], rule: PolicyRule): AtomicRule[] {
  const { verbs, apiGroups = [], resources = [], resourceNames = [] } = rule;
  const uncovered: AtomicRule[] = [];
  for (const group of apiGroups) {
    const ofGroup = held.filter((each) => hasOrAll(each.apiGroups, group));
    for (const resource of resources) {
      const ofResource = ofGroup.filter((each) => coversResource(each.resources, resource));
      for (const verb of verbs) {
        const ofVerb = ofResource.filter((each) => hasOrAll(each.verbs, verb));
        const part = { apiGroups: [group], resources: [resource], verbs: [verb] };
        uncovered.push(...uncoveredNames(ofVerb, part, resourceNames));
      }
    }
  }
  return uncovered;
}

function uncoveredNames(held: readonly HeldRule[], part: AtomicRule, names: readonly string[]): AtomicRule[] {
  if (held.some(({ resourceNames }) => resourceNames.size === 0)) return [];
  if (names.length === 0) return [part];
  return names
    .filter((name) => !held.some(({ resourceNames }) => resourceNames.has(name)))
    .map((name) => ({ ...part, resourceNames: [name] }));
}

function uncoveredURLs(held: readonly HeldRule[], { verbs, nonResourceURLs = [] }: PolicyRule): AtomicRule[] {
  return nonResourceURLs.flatMap((url) => {
    const ofURL = held.filter((each) => each.nonResourceURLs.some((own) => coversURL(own, url)));
    return verbs
      .filter((verb) => !ofURL.some((each) => hasOrAll(each.verbs, verb)))
      .map((verb) => ({ nonResourceURLs: [url], verbs: [verb] }));
  });
}

function hasOrAll(values: ReadonlySet<string>, value: string): boolean {
  return values.has('*') || values.has(value);
}

function coversResource(own: ReadonlySet<string>, resource: string): boolean {
  if (hasOrAll(own, resource)) return true;
  const slash = resource.indexOf('/');
  return slash >= 0 && own.has(`*${resource.slice(slash)}`);
}

function coversURL(own: string, url: string): boolean {
  return own === url || (own.endsWith('*') && url.startsWith(own.replace(/\*+$/, '')));
}
