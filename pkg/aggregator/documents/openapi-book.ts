import type { APIVersionDiscovery } from '../../../apis/apidiscovery/v2/types.ts';
import { isJSONObject, type JSONObject } from '../../apimachinery/runtime/json.ts';
import { newOpenAPIV2Part } from '../../apiserver/endpoints/openapi/foreign/openapi-v2-part.ts';
import { toRFC3339 } from '../../apimachinery/time/rfc3339.ts';
import type { Clock } from '../../component/id/clock.ts';
import { once } from '../../apiserver/endpoints/openapi/once.ts';
import type { OpenAPISink } from '../interface.ts';
import type { APIServiceSnapshot, SnapshotChange } from '../snapshot.ts';
import type { DocumentReporter } from './document-report.ts';
import { type DocumentStore, toSource } from './document-store.ts';
import type { OpenAPIDescription } from './documents-description.ts';
import { type OpenAPIFacts, shortenHash, toOpenAPIFinding } from './openapi-finding.ts';
import { type OpenAPIPair, type ServiceDocuments, synthesise, toPair } from './openapi-documents.ts';

/** What one read of a service has found. */
export interface OpenAPIRead extends ServiceDocuments {
  /** The v3 document in v2. */
  readonly converted: string | undefined;
  /** Why a document of the service was not taken; the last good one stands in `v2` or `v3`. */
  readonly problem: string | undefined;
}

/** What is known of the OpenAPI documents of each APIService, and what has been published of them. */
export interface OpenAPIBook {
  changed(change: SnapshotChange): void;
  /** The last good documents; empty ones when there are none. */
  find(name: string): OpenAPIRead;
  learned(name: string, read: OpenAPIRead): void;
  /** It was read to the end, or, though available, could not say all of it. What happens once may be chance. */
  attempted(name: string, failure: Error | undefined): void;
  /** What is known of it, for people. */
  describe(name: string): OpenAPIDescription | undefined;
  /** Discovery has changed: documents that are made from it follow. */
  discoveryChanged(name: string): void;
}

/** What a book works with. */
export interface OpenAPIBookOptions {
  readonly sink: OpenAPISink;
  readonly store: DocumentStore;
  readonly reporter: Pick<DocumentReporter, 'report'>;
  readonly restored: ReadonlyMap<string, unknown>;
  readonly clock: Pick<Clock, 'now'>;
  readonly discoveryOf: (name: string) => APIVersionDiscovery | undefined;
}

interface Page {
  snapshot: APIServiceSnapshot;
  known: OpenAPIRead;
  /** Whether this process has had an answer. */
  isRead: boolean;
  /** Whether it is known which documents the service lacks: since this process has had an answer, or the last one had. */
  isAsked: boolean;
  /** When all of it was last read. */
  readAt: number | undefined;
  /** Why the last reads failed, and since when. */
  lost: { readonly why: string; readonly since: string } | undefined;
  /** Reads that failed in a row. */
  failures: number;
  published: OpenAPIPair | undefined;
}

const nothing: OpenAPIRead = { v3: undefined, v2: undefined, converted: undefined, problem: undefined };

/** A book that knows what the last run of the gateway knew. */
export function newOpenAPIBook(options: OpenAPIBookOptions): OpenAPIBook {
  const { sink, store, reporter, restored, clock, discoveryOf } = options;
  const pages = new Map<string, Page>();
  const publish = (page: Page): void => {
    const { name, group, version } = page.snapshot;
    const pair = choosePair(page, discoveryOf(name));
    const finding = toOpenAPIFinding(toFacts(page, pair));
    if (finding !== undefined) reporter.report(name, 'tributary.OpenAPICurrent', finding);
    if (page.published?.hash === pair?.hash && page.published?.v2Key === pair?.v2Key) return;
    page.published = pair;
    if (pair === undefined) return sink.remove({ group, version });
    const v2 = once(() => newOpenAPIV2Part(pair.v2()));
    sink.publish({ group, version, json: pair.v3, hash: pair.hash, v2 });
  };
  const remove = (name: string, { snapshot, published }: Page): void => {
    pages.delete(name);
    store.save(name, undefined);
    const { group, version } = snapshot;
    if (published !== undefined) sink.remove({ group, version });
  };
  return {
    changed({ name, current }) {
      const page = pages.get(name);
      if (current?.service === undefined) {
        if (page !== undefined) remove(name, page);
      } else if (page !== undefined) {
        const { status } = page.snapshot.availability;
        page.snapshot = current;
        if (status !== current.availability.status) publish(page);
      } else {
        const known = toKnown(restored.get(name), current);
        const isAsked = isOf(restored.get(name), current);
        const unread = { isRead: false, readAt: undefined, lost: undefined, failures: 0, published: undefined };
        const opened = { snapshot: current, known, isAsked, ...unread };
        pages.set(name, opened);
        publish(opened);
      }
    },
    find: (name) => pages.get(name)?.known ?? nothing,
    learned(name, read) {
      const page = pages.get(name);
      if (page === undefined) return;
      const { known, isAsked } = page;
      Object.assign(page, { known: read, isRead: true, isAsked: true });
      publish(page);
      const { v2, v3, converted } = read;
      if (isAsked && isSame(known.v3, v3) && known.v2 === v2 && known.converted === converted) return;
      const needed = v2 === undefined ? converted : undefined;
      store.save(name, { source: toSource(page.snapshot), v3: v3?.toString(), v2, converted: needed });
    },
    attempted(name, failure) {
      const page = pages.get(name);
      if (page === undefined) return;
      if (failure === undefined) return void Object.assign(page, { readAt: clock.now(), lost: undefined, failures: 0 });
      page.failures++;
      if (page.failures < minFailures) return;
      page.lost = { why: failure.message, since: page.lost?.since ?? toRFC3339(clock.now()) };
      publish(page);
    },
    describe(name) {
      const page = pages.get(name);
      return page === undefined ? undefined : describePage(page);
    },
    discoveryChanged(name) {
      const page = pages.get(name);
      if (page !== undefined && page.known.v3 === undefined && page.known.v2 === undefined) publish(page);
    },
  };
}

/** So many reads in a row have to fail before what is known counts as outdated. */
const minFailures = 2;

function isSame(a: Buffer | undefined, b: Buffer | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && a.equals(b));
}

function isOf(kept: unknown, snapshot: APIServiceSnapshot): kept is JSONObject {
  return isJSONObject(kept) && kept['source'] === toSource(snapshot);
}

function toKnown(kept: unknown, snapshot: APIServiceSnapshot): OpenAPIRead {
  if (!isOf(kept, snapshot)) return nothing;
  const textOf = (name: string): string | undefined => {
    const text = kept[name];
    return typeof text === 'string' ? text : undefined;
  };
  const v3 = textOf('v3');
  return {
    v3: v3 === undefined ? undefined : Buffer.from(v3),
    v2: textOf('v2'),
    converted: textOf('converted'),
    problem: undefined,
  };
}

/** What is published of a service; where it has no documents, those that are made from discovery. */
function choosePair(
  { snapshot, known, isAsked }: Page,
  discovery: APIVersionDiscovery | undefined,
): OpenAPIPair | undefined {
  const pair = toPair(known, known.converted, snapshot);
  // Before the service was asked, what it lacks is not known; unless it was so the last time, which was kept.
  return pair ?? (isAsked && discovery !== undefined ? synthesise(snapshot, discovery) : undefined);
}

function toFacts({ snapshot, known, isRead, readAt, lost }: Page, pair: OpenAPIPair | undefined): OpenAPIFacts {
  return { availability: snapshot.availability, pair, isRead, readAt, problem: known.problem, lost };
}

function describePage({ published, readAt, known, lost }: Page): OpenAPIDescription {
  const problem = lost?.why ?? known.problem;
  return {
    ...(published !== undefined && { origin: published.origin, hash: shortenHash(published.hash) }),
    ...(readAt !== undefined && { lastRead: toRFC3339(readAt) }),
    ...(problem !== undefined && { problem }),
  };
}
