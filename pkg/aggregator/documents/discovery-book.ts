import type { APIVersionDiscovery } from '../../../apis/apidiscovery/v2/types.ts';
import type { APIResourceList } from '../../../apis/meta/v1/types.ts';
import { equalJSON, isJSONObject } from '../../apimachinery/runtime/json.ts';
import { toRFC3339 } from '../../apimachinery/time/rfc3339.ts';
import type { Clock } from '../../component/id/clock.ts';
import type { DiscoveryEntry, DiscoverySink } from '../interface.ts';
import type { APIServiceSnapshot, SnapshotChange } from '../snapshot.ts';
import { type DiscoveryFacts, toDiscoveryFinding, toDiscoveryHash } from './discovery-finding.ts';
import type { DiscoveryDescription } from './documents-description.ts';
import type { DocumentReporter } from './document-report.ts';
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
  /** The backend, though available, could not say anything. What happens once may be chance. */
  lost(name: string, error: unknown): void;
  /** What is known of it, for people. */
  describe(name: string): DiscoveryDescription | undefined;
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
  readonly clock: Pick<Clock, 'now'>;
  /** Called after the resources of an APIService have changed. */
  readonly onLearned: (name: string) => void;
  /** Called after each attempt to read them. */
  readonly onSettled: (name: string) => void;
}

interface Page {
  snapshot: APIServiceSnapshot;
  known: KnownDiscovery;
  hash: string;
  /** When what a former process has left was read. */
  readonly keptAt: number | undefined;
  /** The last read; absent when this process has had no answer yet. */
  read: Pick<DiscoveryRead, 'readAt' | 'tookMs'> | undefined;
  /** Why the last attempts failed, and since when. */
  problem: { readonly why: string; readonly since: string } | undefined;
  /** Attempts that failed in a row. */
  failures: number;
  published: DiscoveryEntry | undefined;
}

/** A book that knows what the last run of the gateway knew. */
export function newDiscoveryBook(options: DiscoveryBookOptions): DiscoveryBook {
  const { sink, store, reporter, restored, clock, onLearned, onSettled } = options;
  const pages = new Map<string, Page>();
  const publish = (page: Page): void => {
    const finding = toDiscoveryFinding(toFacts(page));
    if (finding !== undefined) reporter.report(page.snapshot.name, 'tributary.DiscoveryCurrent', finding);
    const entry = toEntry(page);
    if (page.published !== undefined && equalJSON(entry, page.published)) return;
    page.published = entry;
    sink.publish(entry);
  };
  const open = (snapshot: APIServiceSnapshot): Page => {
    const kept = toKnown(restored.get(snapshot.name), snapshot);
    const { known, keptAt } = kept ?? { known: toNothing(snapshot), keptAt: undefined };
    const nothing = { read: undefined, problem: undefined, failures: 0, published: undefined };
    return { snapshot, known, hash: toDiscoveryHash(known.discovery), keptAt, ...nothing };
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
      if (!same) page.hash = toDiscoveryHash(discovery);
      Object.assign(page, { known, read, problem: undefined, failures: 0 });
      publish(page);
      onSettled(name);
      if (same) return;
      store.save(name, { source: toSource(page.snapshot), ...known, readAt: read.readAt });
      onLearned(name);
    },
    lost(name, error) {
      const page = pages.get(name);
      if (page === undefined) return;
      page.failures++;
      if (page.failures < minFailures && isCurrent(page)) return;
      const why = error instanceof Error ? error.message : String(error);
      page.problem = { why, since: page.problem?.since ?? toRFC3339(clock.now()) };
      page.known = { ...page.known, discovery: { ...page.known.discovery, freshness: 'Stale' } };
      publish(page);
      onSettled(name);
    },
    describe(name) {
      const page = pages.get(name);
      return page === undefined ? undefined : describePage(page);
    },
    find: (name) => pages.get(name)?.known,
    isSettled(name) {
      const page = pages.get(name);
      if (page === undefined) return false;
      return page.read !== undefined || page.problem !== undefined || page.known.discovery.resources !== undefined;
    },
  };
}

/** So many reads in a row have to fail before what is known counts as outdated. */
const minFailures = 2;

/** What was kept of a service, unless the APIService names another one by now. */
function toKnown(
  kept: unknown,
  snapshot: APIServiceSnapshot,
): { readonly known: KnownDiscovery; readonly keptAt: number | undefined } | undefined {
  if (!isJSONObject(kept) || kept['source'] !== toSource(snapshot) || !isJSONObject(kept['discovery']))
    return undefined;
  const { discovery, resources } = kept as unknown as KnownDiscovery;
  const { readAt } = kept;
  const keptAt = typeof readAt === 'number' ? readAt : undefined;
  return { known: { discovery: { ...discovery, freshness: 'Stale' }, resources }, keptAt };
}

function toNothing({ version }: APIServiceSnapshot): KnownDiscovery {
  return { discovery: { version, freshness: 'Stale' } };
}

function isCurrent({ snapshot, known }: Page): boolean {
  return known.discovery.freshness === 'Current' && snapshot.availability.status === 'True';
}

function toEntry(page: Page): DiscoveryEntry {
  const { snapshot, known } = page;
  const { group, version, groupPriorityMinimum, versionPriority } = snapshot;
  const current = isCurrent(page);
  const discovery: APIVersionDiscovery = { ...known.discovery, version, freshness: current ? 'Current' : 'Stale' };
  return {
    group,
    version,
    groupPriorityMinimum,
    versionPriority,
    discovery,
    ...(known.resources !== undefined && { resources: known.resources }),
    ...toStaleSince(page),
  };
}

function toStaleSince({ snapshot: { availability }, problem }: Page): { readonly staleSince?: string } {
  if (availability.status === 'False') return { staleSince: availability.since };
  return problem === undefined ? {} : { staleSince: problem.since };
}

function toFacts(page: Page): DiscoveryFacts {
  const { snapshot, known, hash, read, keptAt, problem } = page;
  const { availability } = snapshot;
  return { availability, isCurrent: isCurrent(page), discovery: known.discovery, hash, read, keptAt, problem };
}

function describePage(page: Page): DiscoveryDescription {
  const { known, hash, read, keptAt, problem } = page;
  const lastRead = read?.readAt ?? keptAt;
  return {
    freshness: isCurrent(page) ? 'Current' : 'Stale',
    ...toStaleSince(page),
    resources: known.discovery.resources?.length ?? 0,
    hash,
    ...(lastRead !== undefined && { lastRead: toRFC3339(lastRead) }),
    ...(read !== undefined && { tookMs: Math.ceil(read.tookMs) }),
    ...(problem !== undefined && { problem: problem.why }),
  };
}
