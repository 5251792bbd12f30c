import { isJSONObject } from '../../apimachinery/runtime/json.ts';
import { type GroupVersion, toAPIPath } from '../../apimachinery/schema/group-version.ts';
import type { Transport } from '../proxy/interface.ts';
import { fetchDocument, headerOf } from './fetch-document.ts';

const indexPath = '/openapi/v3';

/** The paths of a backend's index of OpenAPI v3 documents. */
export type Index = Readonly<Record<string, unknown>>;

/** The paths of a backend's index; none when it has no OpenAPI v3. Rejects when that cannot be told. */
export async function readIndex(transport: Transport, signal: AbortSignal): Promise<Index> {
  const response = await fetchDocument(transport, { path: indexPath, accept: 'application/json', signal });
  if (response.status >= 400 && response.status < 500) return {};
  if (response.status !== 200) throw new TypeError(`GET ${indexPath} was answered with ${response.status}`);
  const document: unknown = JSON.parse(response.body.toString());
  const paths = isJSONObject(document) ? document['paths'] : undefined;
  return isJSONObject(paths) ? paths : {};
}

/** Where the document of a group/version is, always at the backend itself. */
export function urlOf(index: Index, gv: GroupVersion): string | undefined {
  const key = toAPIPath(gv).slice(1);
  const entry = Object.hasOwn(index, key) ? index[key] : undefined;
  if (!isJSONObject(entry)) return undefined;
  const url = entry['serverRelativeURL'];
  return typeof url === 'string' && /^\/(?!\/)[\x21-\x7e]*$/.test(url) ? url : `${indexPath}/${key}`;
}

/** What is asked for. */
export interface DocumentSource {
  readonly url: string;
  readonly knownETag: string | undefined;
  readonly signal: AbortSignal;
}

/** What came of it: with a 4xx there is no document. */
export type ReadOpenAPIDocument = 'absent' | 'unchanged' | { readonly json: Buffer; readonly etag: string };

/** Reads a document. Rejects when it cannot be told whether there is one. */
export async function readOpenAPIDocument(
  transport: Transport,
  { url, knownETag, signal }: DocumentSource,
): Promise<ReadOpenAPIDocument> {
  const request = { accept: 'application/json', knownETag: knownETag || undefined, signal };
  let response = await fetchDocument(transport, { ...request, path: url });
  // The hash was outdated by the time it was asked for; without one the path always leads to the current document.
  if (response.status >= 300 && response.status < 400 && response.status !== 304) {
    response = await fetchDocument(transport, { ...request, path: url.replace(/\?.*$/, '') });
  }
  if (response.status === 304) return 'unchanged';
  if (response.status >= 400 && response.status < 500) return 'absent';
  if (response.status !== 200) throw new TypeError(`GET ${url} was answered with ${response.status}`);
  return { json: response.body, etag: headerOf(response, 'etag') };
}
