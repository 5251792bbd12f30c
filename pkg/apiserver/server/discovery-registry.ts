import type { APIGroupDiscovery, APIVersionDiscovery } from '../../../apis/apidiscovery/v2/types.ts';
import type { APIResourceList } from '../../../apis/meta/v1/types.ts';
import type { GroupVersion } from '../../apimachinery/schema/group-version.ts';
import { compareKubeVersions } from '../../apimachinery/version/kube-version.ts';

/** A group/version as discovery lists it, with what orders it. */
export interface DiscoveryEntry extends GroupVersion {
  /** The group stands as high as the highest of its versions. */
  readonly groupPriorityMinimum: number;
  readonly versionPriority: number;
  readonly discovery: APIVersionDiscovery;
  /** The document of the group/version for older clients, where another server serves it and this one knows it. */
  readonly resources?: APIResourceList;
  /** RFC 3339: since when the server behind it cannot be reached, if that is so. */
  readonly staleSince?: string;
}

/**
 * All group/versions that a server offers, its own and those of others (Go: `ResourceManager`). Entries come and go; readers get a
 * snapshot that is rebuilt only after a change.
 */
export class DiscoveryRegistry {
  readonly #own = new Map<string, DiscoveryEntry>();
  readonly #others = new Map<string, DiscoveryEntry>();
  #groups: readonly APIGroupDiscovery[] | undefined;
  readonly #listeners = new Set<() => void>();
  #generation = 0;
  #aggregations = 0;

  /** Adds or replaces a group/version that this server serves by itself. */
  setOwn(entry: DiscoveryEntry): void {
    this.#own.set(toKey(entry), entry);
    this.#changed();
  }

  /** Group/versions that this server serves by itself, in the order in which they came. */
  own(): readonly DiscoveryEntry[] {
    return [...this.#own.values()];
  }

  /** Adds or replaces a group/version that another server serves; it stands before one of our own of that name. */
  set(entry: DiscoveryEntry): void {
    this.#others.set(toKey(entry), entry);
    this.#changed();
  }

  /** Takes back what `set` added; the group goes with its last version. */
  delete(gv: GroupVersion): void {
    if (this.#others.delete(toKey(gv))) this.#changed();
  }

  /** What is known of a group/version that another server serves. */
  find(gv: GroupVersion): DiscoveryEntry | undefined {
    return this.#others.get(toKey(gv));
  }

  /** Grows with every change; what is built from the groups can be kept until it does. */
  get generation(): number {
    return this.#generation;
  }

  /** Groups in order of priority, `apiregistration.k8s.io` first, each with its versions in order of preference. */
  groups(): readonly APIGroupDiscovery[] {
    this.#groups ??= this.#aggregate();
    return this.#groups;
  }

  /** Calls back, synchronously, after every change. */
  subscribe(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /** How often groups were put together, for metrics. */
  get aggregations(): number {
    return this.#aggregations;
  }

  #aggregate(): readonly APIGroupDiscovery[] {
    this.#aggregations += 1;
    return toGroups([...new Map([...this.#own, ...this.#others]).values()]);
  }

  #changed(): void {
    this.#groups = undefined;
    this.#generation += 1;
    for (const listener of this.#listeners) listener();
  }
}

function toKey({ group, version }: GroupVersion): string {
  return `${group}/${version}`;
}

function toGroups(entries: readonly DiscoveryEntry[]): APIGroupDiscovery[] {
  const byGroup = Map.groupBy(entries, ({ group }) => group);
  const ranked = [...byGroup].map(([group, versions]) => ({
    group,
    priority: group === 'apiregistration.k8s.io' ? Infinity : Math.max(...versions.map((v) => v.groupPriorityMinimum)),
    versions: versions.toSorted(
      (a, b) => b.versionPriority - a.versionPriority || compareKubeVersions(a.version, b.version),
    ),
  }));
  ranked.sort((a, b) => compareNumbers(b.priority, a.priority) || (a.group < b.group ? -1 : 1));
  return ranked.map(({ group, versions }) => ({
    metadata: group === '' ? {} : { name: group },
    versions: versions.map(({ discovery }) => discovery),
  }));
}

/** Subtraction would make NaN of two infinities. */
function compareNumbers(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
