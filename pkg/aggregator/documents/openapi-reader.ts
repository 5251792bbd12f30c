import type { Transport } from '../proxy/interface.ts';
import type { APIServiceSnapshot } from '../snapshot.ts';
import { allOf } from './discovery-reader.ts';
import type { ReadDocuments } from './document-loop.ts';
import type { OpenAPIBook, OpenAPIRead } from './openapi-book.ts';
import { acceptOpenAPIV2, acceptOpenAPIV3, type ShareOfOpenAPIV2 } from './openapi-documents.ts';
import { readIndex, readOpenAPIDocument, urlOf } from './read-openapi.ts';

/** A document as it was last seen, good or bad. */
interface Seen {
  /** Where it was read; a URL that carries a hash never means another document. */
  readonly url: string;
  readonly etag: string;
  readonly problem: string | undefined;
}

/** What was last seen of a backend. */
interface SeenBackend {
  readonly v3: Map<string, Seen>;
  v2: { readonly etag: string; readonly problems: ReadonlyMap<string, string | undefined> } | undefined;
}

type V2 = 'absent' | 'unchanged' | ShareOfOpenAPIV2 | Error;

/**
 * Reads the OpenAPI documents of every group/version behind a backend into the book. A backend without OpenAPI is no failure; the
 * documents of one that is dead stay, and of one that sends nonsense the last good ones.
 */
export function newOpenAPIReader(book: OpenAPIBook): ReadDocuments {
  const seen = new WeakMap<Transport, SeenBackend>();
  return async (transport, snapshots, signal) => {
    const backend = seen.get(transport) ?? { v3: new Map(), v2: undefined };
    seen.set(transport, backend);
    let failure: Error | undefined;
    const note = (error: Error): undefined => void (failure = error);
    const index = await readIndex(transport, signal).catch(note);
    // One of both may be out of order, and the other still good.
    const unread = { v2: 'unchanged', etag: backend.v2?.etag ?? '' } as const;
    const { v2, etag } = (await readV2({ transport, snapshots, backend, signal }).catch(note)) ?? unread;
    const problems = new Map<string, string | undefined>();
    const readOne = async (snapshot: APIServiceSnapshot): Promise<void> => {
      const { name } = snapshot;
      const before = book.find(name);
      const other = await takeV2({ snapshot, v2, before: before.v2, problem: backend.v2?.problems.get(name) });
      const request = { transport, snapshot, backend, before, hasV2: other.v2 !== undefined, signal };
      const known = { ...before, problem: backend.v3.get(name)?.problem };
      const own = index === undefined ? known : await takeV3({ ...request, url: urlOf(index, snapshot) });
      book.attempted(name, failure);
      // What a service lacks is not known before it has said so.
      if (failure !== undefined && own.v3 === undefined && other.v2 === undefined) return;
      problems.set(name, other.problem);
      const found = [own.problem, other.problem].filter((each) => each !== undefined);
      const problem = found.length === 0 ? undefined : found.join('; ');
      book.learned(name, { v3: own.v3, converted: own.converted, v2: other.v2, problem });
    };
    const tryOne = (snapshot: APIServiceSnapshot): Promise<void> =>
      readOne(snapshot).catch((error: Error) => {
        book.attempted(snapshot.name, error);
        throw error;
      });
    await allOf(snapshots.map(tryOne));
    backend.v2 = etag === '' ? undefined : { etag, problems };
    if (failure !== undefined) throw failure;
  };
}

interface V2Request {
  readonly transport: Transport;
  readonly snapshots: readonly APIServiceSnapshot[];
  readonly backend: SeenBackend;
  readonly signal: AbortSignal;
}

/** The v2 document of a backend, which is one for all its group/versions. */
async function readV2({ transport, snapshots, backend, signal }: V2Request): Promise<{ v2: V2; etag: string }> {
  const complete = snapshots.every(({ name }) => backend.v2?.problems.has(name) === true);
  const knownETag = complete ? backend.v2?.etag : undefined;
  const document = await readOpenAPIDocument(transport, { url: '/openapi/v2', knownETag, signal });
  if (document === 'absent') return { v2: 'absent', etag: '' };
  if (document === 'unchanged') return { v2: 'unchanged', etag: backend.v2?.etag ?? '' };
  try {
    return { v2: acceptOpenAPIV2(document.json) ?? 'absent', etag: document.etag };
  } catch (error) {
    return { v2: error as Error, etag: document.etag };
  }
}

interface V3Request {
  readonly transport: Transport;
  readonly snapshot: APIServiceSnapshot;
  readonly backend: SeenBackend;
  readonly url: string | undefined;
  readonly before: OpenAPIRead;
  /** The v3 document need not be converted. */
  readonly hasV2: boolean;
  readonly signal: AbortSignal;
}

type TakenV3 = Pick<OpenAPIRead, 'v3' | 'converted' | 'problem'>;

async function takeV3({ transport, snapshot, backend, url, before, hasV2, signal }: V3Request): Promise<TakenV3> {
  const { v3, converted } = before;
  const seen = backend.v3.get(snapshot.name);
  if (url === undefined) {
    backend.v3.delete(snapshot.name);
    return { v3: undefined, converted: undefined, problem: undefined };
  }
  if (seen?.url === url && url.includes('hash=')) return { v3, converted, problem: seen.problem };
  const document = await readOpenAPIDocument(transport, { url, knownETag: seen?.etag, signal });
  if (document === 'unchanged') return { v3, converted, problem: seen?.problem };
  if (document === 'absent') return { v3: undefined, converted: undefined, problem: undefined };
  const note = (problem: string | undefined): void =>
    void backend.v3.set(snapshot.name, { url, etag: document.etag, problem });
  // What was kept from the last run, or read through another connection, needs no second look.
  if (seen === undefined && v3?.equals(document.json) === true) {
    note(undefined);
    return { v3, converted, problem: undefined };
  }
  try {
    const convert = acceptOpenAPIV3(document.json, snapshot);
    const accepted = { v3: document.json, converted: hasV2 ? undefined : await convert(), problem: undefined };
    note(undefined);
    return accepted;
  } catch (error) {
    const problem = describe('v3', error);
    note(problem);
    return { v3, converted, problem };
  }
}

interface V2Share {
  readonly snapshot: APIServiceSnapshot;
  readonly v2: V2;
  readonly before: string | undefined;
  readonly problem: string | undefined;
}

async function takeV2({ snapshot, v2, before, problem }: V2Share): Promise<Pick<OpenAPIRead, 'v2' | 'problem'>> {
  if (v2 === 'absent') return { v2: undefined, problem: undefined };
  if (v2 === 'unchanged') return { v2: before, problem };
  if (v2 instanceof Error) return { v2: before, problem: describe('v2', v2) };
  try {
    return { v2: await v2(snapshot), problem: undefined };
  } catch (error) {
    return { v2: before, problem: describe('v2', error) };
  }
}

/** In one line, however much of a document an error quotes. */
function describe(version: string, error: unknown): string {
  const text = (error instanceof Error ? error.message : String(error)).replaceAll(/\s+/g, ' ').slice(0, 300);
  return `the OpenAPI ${version} document of the service cannot be used: ${text}`;
}
