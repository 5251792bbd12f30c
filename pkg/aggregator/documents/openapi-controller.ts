import { createHash } from 'node:crypto';
import { isJSONObject } from '../../apimachinery/runtime/json.ts';
import { type GroupVersion, toAPIPath } from '../../apimachinery/schema/group-version.ts';
import type { OpenAPISink } from '../interface.ts';
import type { Transport } from '../proxy/interface.ts';
import type { APIServiceSnapshot } from '../snapshot.ts';
import { allOf } from './discovery-controller.ts';
import { type DocumentLoopOptions, runDocumentLoop } from './document-loop.ts';
import { fetchDocument, headerOf } from './fetch-document.ts';

const indexPath = '/openapi/v3';

/** What the controller needs. */
export interface OpenAPIControllerOptions extends Omit<DocumentLoopOptions, 'name' | 'read'> {
  readonly sink: OpenAPISink;
}

/** What is known of an APIService's document. */
interface Known {
  /** Where it was read; a URL that carries a hash never means another document. */
  readonly url: string;
  readonly etag: string;
  readonly hash: string;
}

/**
 * Publishes the OpenAPI v3 document of every aggregated group/version. A backend without OpenAPI is no failure; the document of
 * one that is dead stays. Ends with the signal.
 */
export async function runOpenAPIController(options: OpenAPIControllerOptions, signal: AbortSignal): Promise<void> {
  const { table, sink } = options;
  const known = new Map<string, Known>();
  const forget = ({ name, group, version }: APIServiceSnapshot): void => {
    if (known.delete(name)) sink.remove({ group, version });
  };
  const readOne = async (
    transport: Transport,
    snapshot: APIServiceSnapshot,
    url: string | undefined,
  ): Promise<void> => {
    if (url === undefined) return forget(snapshot);
    const before = known.get(snapshot.name);
    if (before?.url === url && url.includes('hash=')) return;
    const document = await readDocument(transport, { url, knownETag: before?.etag, signal });
    if (document === 'absent') return forget(snapshot);
    if (document === 'unchanged' || table.get(snapshot.name)?.service === undefined) return;
    const { group, version } = snapshot;
    const hash = createHash('sha512').update(document.json).digest('hex').toUpperCase();
    known.set(snapshot.name, { url, etag: document.etag, hash });
    if (hash !== before?.hash) sink.publish({ group, version, json: document.json, hash });
  };
  const read = async (transport: Transport, snapshots: readonly APIServiceSnapshot[]): Promise<void> => {
    const index = await readIndex(transport, signal);
    await allOf(snapshots.map((snapshot) => readOne(transport, snapshot, urlOf(index, snapshot))));
  };
  const unsubscribe = table.subscribe(({ previous, current }) => {
    if (previous !== undefined && current?.service === undefined) forget(previous);
  });
  await runDocumentLoop({ ...options, name: 'openapi-v3-aggregation', read }, signal);
  unsubscribe();
}

type Index = Readonly<Record<string, unknown>>;

/** The paths of a backend's index; none when it has no OpenAPI v3. Rejects when that cannot be told. */
async function readIndex(transport: Transport, signal: AbortSignal): Promise<Index> {
  const response = await fetchDocument(transport, { path: indexPath, accept: 'application/json', signal });
  if (response.status >= 400 && response.status < 500) return {};
  if (response.status !== 200) throw new TypeError(`GET ${indexPath} was answered with ${response.status}`);
  const document: unknown = JSON.parse(response.body.toString());
  const paths = isJSONObject(document) ? document['paths'] : undefined;
  return isJSONObject(paths) ? paths : {};
}

/** Where the document of a group/version is, always at the backend itself. */
function urlOf(index: Index, gv: GroupVersion): string | undefined {
  const key = toAPIPath(gv).slice(1);
  const entry = Object.hasOwn(index, key) ? index[key] : undefined;
  if (!isJSONObject(entry)) return undefined;
  const url = entry['serverRelativeURL'];
  return typeof url === 'string' && /^\/(?!\/)[\x21-\x7e]*$/.test(url) ? url : `${indexPath}/${key}`;
}

/** What is asked for. */
interface DocumentSource {
  readonly url: string;
  readonly knownETag: string | undefined;
  readonly signal: AbortSignal;
}

type ReadDocument = 'absent' | 'unchanged' | { readonly json: Buffer; readonly etag: string };

async function readDocument(transport: Transport, { url, knownETag, signal }: DocumentSource): Promise<ReadDocument> {
  const request = { accept: 'application/json', knownETag: knownETag || undefined, signal };
  let response = await fetchDocument(transport, { ...request, path: url });
  // The hash was outdated by the time it was asked for; without one the path always leads to the current document.
  if (response.status >= 300 && response.status < 400 && response.status !== 304) {
    response = await fetchDocument(transport, { ...request, path: url.replace(/\?.*$/, '') });
  }
  if (response.status === 304) return 'unchanged';
  if (response.status >= 400 && response.status < 500) return 'absent';
  const first = response.body.toString('latin1', 0, 64).trimStart()[0];
  if (response.status !== 200 || first !== '{') throw new TypeError(`GET ${url} was answered with ${response.status}`);
  return { json: response.body, etag: headerOf(response, 'etag') };
}
