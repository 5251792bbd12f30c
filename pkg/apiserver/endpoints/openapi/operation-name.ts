import type { GroupVersion } from '../../../apimachinery/schema/group-version.ts';

/** `CoordinationV1`: what stands between the verb and the object in the operation ids of a group/version. */
export function toOperationGroupVersion({ group, version }: GroupVersion): string {
  return toOperationGroup(group) + toIdentifier(version, true);
}

/** `Coordination`: the group in operation ids. */
export function toOperationGroup(group: string): string {
  return toIdentifier(toShortGroup(group), true);
}

/** `coordination`: the tag of operations on a group; with a version `coordination_v1`. */
export function toTag(group: string, version?: string): string {
  const tag = toIdentifier(toShortGroup(group), false);
  return version === undefined ? tag : `${tag}_${version}`;
}

/** `an APIService`: the noun with its article. Plurals have none. */
export function withArticle(noun: string): string {
  if (noun.endsWith('s') && !noun.endsWith('ss')) return noun;
  return /^[aeiou]/i.test(noun) ? `an ${noun}` : `a ${noun}`;
}

function toShortGroup(group: string): string {
  return group === '' ? 'core' : group.replace(/\.k8s\.io$/, '');
}

/** Letters and digits only; what follows anything else is capitalised. */
function toIdentifier(text: string, capitalized: boolean): string {
  const words = text.split(/[^\p{L}\p{Nd}_]+/u);
  return words.map((word, index) => (index > 0 || capitalized ? capitalize(word) : word)).join('');
}

function capitalize(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
