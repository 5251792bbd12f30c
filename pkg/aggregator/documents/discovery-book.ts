import type { APIVersionDiscovery } from '../../../apis/apidiscovery/v2/types.ts';
import type { APIResourceList } from '../../../apis/meta/v1/types.ts';
import { equalJSON, isJSONObject } from '../../apimachinery/runtime/json.ts';
import { toRFC3339 } from '../../apimachinery/time/rfc3339.ts';
import type { DiscoveryEntry, DiscoverySink } from '../interface.ts';
import type { APIServiceSnapshot, SnapshotChange } from '../snapshot.ts';
import type { DocumentFinding, DocumentReporter } from './document-report.ts';
import { type DocumentStore, toSource } from './document-store.ts';

/** What a backend says of the resources of a group/version. */
export interface KnownDiscovery {
  readonly discovery: APIVersionDiscovery;
  /** The same as the backend says it to older clients. */
  readonly resources?: APIResourceList | undefined;
}

/** A read that went well. */
export interface DiscoveryRead extends KnownDiscovery {
  /** Milliseconds since the epoch. */
  readonly readAt: number;
  readonly tookMs: number;
}

/** What is known of each APIService's resources, and what has been published of it. */
export interface DiscoveryBook {
  changed(change: SnapshotChange): void;
  /** The backend said this. */
  learned(name: string, read: DiscoveryRead): void;
  /** The backend, though available, could not say anything. */
  lost(name: string, error: unknown): void;
  find(name: string): KnownDiscovery | undefined;
  /** Whether the resources of an APIService are known, or its backend could not tell them. */
  isSettled(name: string): boolean;
}

/** What a book works with. */
export interface DiscoveryBookOptions {
  readonly sink: DiscoverySink;
  readonly store: DocumentStore;
  readonly reporter: Pick<DocumentReporter, 'report' | 'forget'>;
  /** What `store` held. */
  readonly restored: ReadonlyMap<string, unknown>;
  /** Called after the resources of an APIService have changed. */
  readonly onLearned: (name: string) => void;
  /** Called after each attempt to read them. */
  readonly onSettled: (name: string) => void;
}

interface Page {
  snapshot: APIServiceSnapshot;
  known: KnownDiscovery;
  /** The last read; absent when this process has had no answer yet. */
  read: Pick<DiscoveryRead, 'readAt' | 'tookMs'> | undefined;
  /** Why the last attempt failed. */
  problem: string | undefined;
  published: DiscoveryEntry | undefined;
}

/** A book that knows what the last run of the gateway knew. */
export function newDiscoveryBook(options: DiscoveryBookOptions): DiscoveryBook {
  const { sink, store, reporter, restored, onLearned, onSettled } = options;
  const pages = new Map<string, Page>();
  const publish = (page: Page): void => {
    const finding = toFinding(page);
    if (finding !== undefined) reporter.report(page.snapshot.name, 'tributary.DiscoveryCurrent', finding);
    const entry = toEntry(page);
    if (page.published !== undefined && equalJSON(entry, page.published)) return;
    page.published = entry;
    sink.publish(entry);
  };
  const open = (snapshot: APIServiceSnapshot): Page => {
    const known = toKnown(restored.get(snapshot.name), snapshot);
    return { snapshot, known, read: undefined, problem: undefined, published: undefined };
  };
  return {
    changed({ name, current }) {
      const page = pages.get(name);
      if (current?.service !== undefined) {
        const next = page ?? open(current);
        next.snapshot = current;
        pages.set(name, next);
        publish(next);
      } else if (page !== undefined) {
        pages.delete(name);
        store.save(name, undefined);
        reporter.forget(name);
        const { group, version } = page.snapshot;
        sink.remove({ group, version });
      }
    },
    learned(name, { discovery, resources, ...read }) {
      const page = pages.get(name);
      if (page === undefined) return;
      const known = { discovery, resources };
      const same = equalJSON(known, page.known);
      Object.assign(page, { known, read, problem: undefined });
      publish(page);
      onSettled(name);
      if (same) return;
      store.save(name, { source: toSource(page.snapshot), ...known, readAt: read.readAt });
      onLearned(name);
    },
    lost(name, error) {
      const page = pages.get(name);
      if (page === undefined) return;
      page.problem = error instanceof Error ? error.message : String(error);
      page.known = { ...page.known, discovery: { ...page.known.discovery, freshness: 'Stale' } };
      publish(page);
      onSettled(name);
    },
    find: (name) => pages.get(name)?.known,
    isSettled(name) {
      const page = pages.get(name);
      if (page === undefined) return false;
      return page.read !== undefined || page.problem !== undefined || page.known.discovery.resources !== undefined;
    },
  };
}

/** What was kept of a service, unless the APIService names another one by now. */
function toKnown(kept: unknown, snapshot: APIServiceSnapshot): KnownDiscovery {
  const { version } = snapshot;
  if (isJSONObject(kept) && kept['source'] === toSource(snapshot) && isJSONObject(kept['discovery'])) {
    const { discovery, resources } = kept as unknown as KnownDiscovery;
    return { discovery: { ...discovery, freshness: 'Stale' }, resources };
  }
  return { discovery: { version, freshness: 'Stale' } };
}

function isCurrent({ snapshot, known }: Page): boolean {
  return known.discovery.freshness === 'Current' && snapshot.availability.status === 'True';
}

function toEntry(page: Page): DiscoveryEntry {
  const { snapshot, known } = page;
  const { group, version, groupPriorityMinimum, versionPriority, availability } = snapshot;
  const current = isCurrent(page);
  const discovery: APIVersionDiscovery = { ...known.discovery, version, freshness: current ? 'Current' : 'Stale' };
  return {
    group,
    version,
    groupPriorityMinimum,
    versionPriority,
    discovery,
    ...(known.resources !== undefined && { resources: known.resources }),
    ...(availability.status === 'False' && { staleSince: availability.since }),
  };
}

/** Nothing, as long as nothing has been tried. */
function toFinding(page: Page): DocumentFinding | undefined {
  const { known, read, problem, snapshot } = page;
  const { length } = known.discovery.resources ?? [];
  const resources = `${length} resource${length === 1 ? '' : 's'}`;
  const last = read === undefined ? '' : `last read at ${toRFC3339(read.readAt)} within ${Math.ceil(read.tookMs)} ms`;
  if (isCurrent(page)) return { status: 'True', reason: 'Read', message: `${resources} discovered`, detail: last };
  const down = snapshot.availability.status === 'False';
  if (!down && problem === undefined) return undefined;
  const why = down ? 'the service is not available' : `discovery cannot be read (${problem})`;
  const message =
    length === 0 ? `${why}, and nothing is known of it` : `${why}; ${resources} last known are shown as Stale`;
  return { status: 'False', reason: 'Stale', message, detail: last };
}
