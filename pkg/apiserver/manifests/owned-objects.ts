import { basename } from 'node:path';
import { toStorageKey } from '../registry/key.ts';
import type { Selection } from '../registry/selection.ts';
import type { ServedStores } from '../registry/served-stores.ts';
import type { Store } from '../registry/store.ts';
import { ownerLabel, sourceAnnotation } from './apply-manifest.ts';
import type { DesiredObjects } from './desired-objects.ts';

/** An object that came from a manifest which is no longer there. */
export interface StaleObject {
  readonly store: Store;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/** Finds what an owner has written and no manifest asks for any more, by key. What came from a doubtful file is left out. */
export async function findStaleObjects(
  stores: Pick<ServedStores, 'list'>,
  owner: string,
  { objects, doubtful }: DesiredObjects,
): Promise<ReadonlyMap<string, StaleObject>> {
  const selection: Selection = {
    everything: false,
    matches: ({ metadata }) => metadata.labels?.[ownerLabel] === owner,
  };
  const unlimited = { limit: 0, continueToken: '', resourceVersion: '', resourceVersionMatch: '' } as const;
  const doubtfulNames = new Set([...doubtful].map((file) => basename(file)));
  const stale = new Map<string, StaleObject>();
  for (const store of stores.list()) {
    const { items } = await store.list({ namespace: '', selection, ...unlimited });
    for (const { metadata } of items) {
      const { namespace = '', name = '', uid = '', annotations, deletionTimestamp } = metadata;
      const key = toStorageKey(store.kind, { namespace, name });
      const keep = objects.has(key) || doubtfulNames.has(annotations?.[sourceAnnotation] ?? '');
      if (!keep && deletionTimestamp === undefined) stale.set(key, { store, namespace, name, uid });
    }
  }
  return stale;
}
