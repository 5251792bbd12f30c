import { isDeepStrictEqual } from 'node:util';
import type { GroupVersion } from '../apimachinery/schema/group-version.ts';
import type { Logger } from '../component/logs/logger.ts';
import type { APIServiceSnapshot, SnapshotChange } from './snapshot.ts';

/** The live snapshots. Everything else in the aggregator either swaps them here or reads them here. */
export interface SnapshotTable {
  get(name: string): APIServiceSnapshot | undefined;
  lookup(gv: GroupVersion): APIServiceSnapshot | undefined;
  list(): readonly APIServiceSnapshot[];
  /** Puts the snapshot in place of the one of its name, unless it says the same. */
  swap(snapshot: APIServiceSnapshot): void;
  remove(name: string): void;
  /** Calls back after each change, in the order of the changes. The result ends it. */
  subscribe(listener: (change: SnapshotChange) => void): () => void;
}

/** A table without snapshots. What a listener throws is logged and stops nobody else. */
export function newSnapshotTable(logger: Logger): SnapshotTable {
  const byName = new Map<string, APIServiceSnapshot>();
  const listeners = new Set<(change: SnapshotChange) => void>();
  const tell = (change: SnapshotChange): void => {
    for (const listener of listeners) {
      try {
        listener(change);
      } catch (error) {
        logger.error('A listener to APIService changes failed', { apiService: change.name, err: error });
      }
    }
  };
  return {
    get: (name) => byName.get(name),
    // The name of an APIService is its version and group, which validation sees to.
    lookup: ({ group, version }) => byName.get(`${version}.${group}`),
    list: () => [...byName.values()],
    swap(current) {
      const previous = byName.get(current.name);
      // Every status write comes back as an event, and changes nothing here.
      if (previous !== undefined && isSame(previous, current)) return;
      byName.set(current.name, Object.freeze(current));
      tell({ name: current.name, previous, current });
    },
    remove(name) {
      const previous = byName.get(name);
      if (!byName.delete(name)) return;
      tell({ name, previous, current: undefined });
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

function isSame(a: APIServiceSnapshot, b: APIServiceSnapshot): boolean {
  const { transports, lastResorts = [], trials = [], ...facts } = a;
  const { transports: otherTransports, lastResorts: otherResorts = [], trials: otherTrials = [], ...otherFacts } = b;
  return (
    areSame(transports, otherTransports) &&
    areSame(lastResorts, otherResorts) &&
    areSame(trials, otherTrials) &&
    isDeepStrictEqual(facts, otherFacts)
  );
}

/** Whether these are the same ones, which is more than equal ones. */
function areSame(some: readonly unknown[], others: readonly unknown[]): boolean {
  return some.length === others.length && some.every((each, index) => each === others[index]);
}
