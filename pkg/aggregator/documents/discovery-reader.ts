import { equalJSON } from '../../apimachinery/runtime/json.ts';
import type { Transport } from '../proxy/interface.ts';
import type { APIServiceSnapshot } from '../snapshot.ts';
import type { DiscoveryBook, KnownDiscovery } from './discovery-book.ts';
import type { DocumentLoopOptions, ReadDocuments } from './document-loop.ts';
import {
  type AggregatedDiscovery,
  findVersion,
  readAggregatedDiscovery,
  readLegacyDiscovery,
  readResourceList,
} from './read-discovery.ts';

/** What the reader needs. */
export interface DiscoveryReaderOptions extends Pick<DocumentLoopOptions, 'clock'> {
  readonly book: DiscoveryBook;
}

/** Reads the discovery of every group/version behind a backend into the book; what was known of a dead one stays, as `Stale`. */
export function newDiscoveryReader({ book, clock }: DiscoveryReaderOptions): ReadDocuments {
  const aggregated = new WeakMap<Transport, AggregatedDiscovery>();
  return async (transport, snapshots, signal) => {
    const started = clock.monotonic();
    const document = await readAggregatedDiscovery(transport, aggregated.get(transport), signal).catch((error) => {
      for (const { name } of snapshots) book.lost(name, error);
      throw error;
    });
    if (document === undefined) aggregated.delete(transport);
    else aggregated.set(transport, document);
    const readOne = async (snapshot: APIServiceSnapshot): Promise<void> => {
      try {
        const known = await readVersion({ transport, snapshot, document, before: book.find(snapshot.name), signal });
        book.learned(snapshot.name, { ...known, readAt: clock.now(), tookMs: clock.monotonic() - started });
      } catch (error) {
        book.lost(snapshot.name, error);
        throw error;
      }
    };
    await allOf(snapshots.map(readOne));
  };
}

interface VersionRead {
  readonly transport: Transport;
  readonly snapshot: APIServiceSnapshot;
  readonly document: AggregatedDiscovery | undefined;
  readonly before: KnownDiscovery | undefined;
  readonly signal: AbortSignal;
}

async function readVersion({ transport, snapshot, document, before, signal }: VersionRead): Promise<KnownDiscovery> {
  const found = document === undefined ? undefined : findVersion(document, snapshot);
  if (found === undefined) return readLegacyDiscovery(transport, snapshot, signal);
  const { freshness: _now, ...facts } = found;
  const { freshness: _then, ...known } = before?.discovery ?? found;
  // Older clients are told the same in another form, which only changes with this one.
  if (before?.resources !== undefined && equalJSON(facts, known))
    return { discovery: found, resources: before.resources };
  const resources = await readResourceList(transport, snapshot, signal).catch(() => undefined);
  return { discovery: found, resources };
}

/** Waits for all of them, then rejects if one did: none is left running unseen. */
export async function allOf(work: readonly Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(work);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
