import type { APIVersionDiscovery } from '../../../apis/apidiscovery/v2/types.ts';
import { equalJSON } from '../../apimachinery/runtime/json.ts';
import type { DiscoveryEntry, DiscoverySink } from '../interface.ts';
import type { Transport } from '../proxy/interface.ts';
import type { APIServiceSnapshot, SnapshotChange } from '../snapshot.ts';
import { type DocumentLoopOptions, runDocumentLoop } from './document-loop.ts';
import {
  type AggregatedDiscovery,
  findVersion,
  readAggregatedDiscovery,
  readLegacyDiscovery,
} from './read-discovery.ts';

/** What the controller needs. */
export interface DiscoveryControllerOptions extends Omit<DocumentLoopOptions, 'name' | 'read'> {
  readonly sink: DiscoverySink;
}

/** Publishes the discovery of every aggregated group/version; what was known of a dead one stays, as `Stale`. Ends with the signal. */
export async function runDiscoveryController(options: DiscoveryControllerOptions, signal: AbortSignal): Promise<void> {
  const book = newDiscoveryBook(options.sink);
  const aggregated = new WeakMap<Transport, AggregatedDiscovery>();
  const read = async (transport: Transport, snapshots: readonly APIServiceSnapshot[]): Promise<void> => {
    const document = await readAggregatedDiscovery(transport, aggregated.get(transport), signal).catch((error) => {
      for (const { name } of snapshots) book.lost(name);
      throw error;
    });
    if (document === undefined) aggregated.delete(transport);
    else aggregated.set(transport, document);
    const readOne = async (snapshot: APIServiceSnapshot): Promise<void> => {
      try {
        const found = document === undefined ? undefined : findVersion(document, snapshot);
        book.learned(snapshot.name, found ?? (await readLegacyDiscovery(transport, snapshot, signal)));
      } catch (error) {
        book.lost(snapshot.name);
        throw error;
      }
    };
    await allOf(snapshots.map(readOne));
  };
  const unsubscribe = options.table.subscribe((change) => book.changed(change));
  await runDocumentLoop({ ...options, name: 'discovery-manager', read }, signal);
  unsubscribe();
}

/** Waits for all of them, then rejects if one did: none is left running unseen. */
export async function allOf(work: readonly Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(work);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

/** What is known of each APIService's resources, and what has been published of it. */
interface DiscoveryBook {
  changed(change: SnapshotChange): void;
  /** The backend said this. */
  learned(name: string, discovery: APIVersionDiscovery): void;
  /** The backend, though available, could not say anything. */
  lost(name: string): void;
}

interface Page {
  snapshot: APIServiceSnapshot;
  known: APIVersionDiscovery;
  published: DiscoveryEntry | undefined;
}

function newDiscoveryBook(sink: DiscoverySink): DiscoveryBook {
  const pages = new Map<string, Page>();
  const publish = (page: Page): void => {
    const entry = toEntry(page);
    if (page.published !== undefined && equalJSON(entry, page.published)) return;
    page.published = entry;
    sink.publish(entry);
  };
  const note = (name: string, known: (page: Page) => APIVersionDiscovery): void => {
    const page = pages.get(name);
    if (page === undefined) return;
    page.known = known(page);
    publish(page);
  };
  return {
    changed({ name, current }) {
      const page = pages.get(name);
      if (current?.service !== undefined) {
        const { version } = current;
        const next = page ?? { snapshot: current, known: { version, freshness: 'Stale' }, published: undefined };
        next.snapshot = current;
        pages.set(name, next);
        publish(next);
      } else if (page !== undefined) {
        pages.delete(name);
        const { group, version } = page.snapshot;
        sink.remove({ group, version });
      }
    },
    learned: (name, discovery) => note(name, () => discovery),
    lost: (name) => note(name, ({ known }) => ({ ...known, freshness: 'Stale' })),
  };
}

function toEntry({ snapshot, known }: Page): DiscoveryEntry {
  const { group, version, groupPriorityMinimum, versionPriority, availability } = snapshot;
  const current = known.freshness === 'Current' && availability.status === 'True';
  const discovery: APIVersionDiscovery = { ...known, version, freshness: current ? 'Current' : 'Stale' };
  return { group, version, groupPriorityMinimum, versionPriority, discovery };
}
