import { compareKubeVersions } from '../../../pkg/apimachinery/version/kube-version.ts';

/** What the order of group/versions goes by. */
export interface Ranked {
  /** `<version>.<group>`. */
  readonly name: string;
  readonly group: string;
  readonly version: string;
  readonly groupPriorityMinimum: number;
  readonly versionPriority: number;
}

/**
 * Groups in order of preference, and in each its versions in order of preference. A group ranks by the highest
 * `groupPriorityMinimum` of its versions, then by the first name (Go: `SortedByGroupAndVersion`).
 */
export function toRankedGroups<T extends Ranked>(items: readonly T[]): readonly (readonly T[])[] {
  const groups = new Map<string, T[]>();
  for (const item of items.toSorted(compareGroupRank)) {
    const versions = groups.get(item.group);
    if (versions === undefined) groups.set(item.group, [item]);
    else versions.push(item);
  }
  return [...groups.values()].map((versions) => versions.toSorted(compareVersionRank));
}

function compareGroupRank(a: Ranked, b: Ranked): number {
  return b.groupPriorityMinimum - a.groupPriorityMinimum || (a.name < b.name ? -1 : Number(a.name > b.name));
}

/** Negative when `a` is the preferred version of the two; for versions of one group. */
export function compareVersionRank(a: Ranked, b: Ranked): number {
  return b.versionPriority - a.versionPriority || compareKubeVersions(a.version, b.version);
}
