import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { toGoJSON } from './go-json.ts';

const compress = promisify(gzip);

/** Media type of documents that have no parameters of their own. */
export const jsonMediaType = 'application/json';

/**
 * A document ready to be sent: built once per change, answered with one buffer write per request.
 *
 * It is immutable; the compressed form is made on first use and kept.
 */
export interface PreparedDocument {
  readonly contentType: string;
  /** The body, uncompressed. Not to be written to. */
  readonly body: Buffer;
  /** SHA-512 of the document, upper-case hex: what `?hash=` of OpenAPI v3 carries. */
  readonly hash: string;
  /** Strong entity tag, quoted: `"<hash>"`. */
  readonly etag: string;
  /** The gzip form. Compressed on the thread pool by the first call; later calls share the result. */
  gzip(): Promise<Buffer>;
}

/**
 * Prepares a discovery document: Go's JSON encoding with the newline that ends every object on the wire. The hash covers
 * the text without the newline, as upstream's does.
 */
export function prepareDiscoveryDocument(document: object, contentType: string = jsonMediaType): PreparedDocument {
  const text = toGoJSON(document);
  return newPreparedDocument({ contentType, body: Buffer.from(`${text}\n`), hash: sha512(text) });
}

/** Prepares an OpenAPI document: Go's JSON encoding, byte for byte what its hash covers. */
export function prepareOpenAPIDocument(document: object): PreparedDocument {
  return prepareBytes(Buffer.from(toGoJSON(document)), { contentType: jsonMediaType });
}

/**
 * Prepares bytes that were encoded elsewhere: a document of another server, or the protobuf form of one. `hash` is given
 * where all encodings of one document share its entity tag.
 */
export function prepareBytes(
  body: Buffer,
  options: { readonly contentType: string; readonly hash?: string },
): PreparedDocument {
  return newPreparedDocument({ contentType: options.contentType, body, hash: options.hash ?? sha512(body) });
}

/** Prepares a document that is written when it is first sent; until then its hash stands for it. */
export function prepareLater(
  write: () => Buffer,
  { contentType, hash }: { readonly contentType: string; readonly hash: string },
): PreparedDocument {
  let prepared: PreparedDocument | undefined;
  const get = (): PreparedDocument => (prepared ??= newPreparedDocument({ contentType, body: write(), hash }));
  return Object.freeze({
    contentType,
    hash,
    etag: `"${hash}"`,
    get body() {
      return get().body;
    },
    gzip: () => get().gzip(),
  });
}

function newPreparedDocument(parts: { contentType: string; body: Buffer; hash: string }): PreparedDocument {
  let compressed: Promise<Buffer> | undefined;
  return Object.freeze({
    ...parts,
    etag: `"${parts.hash}"`,
    gzip: () => (compressed ??= compress(parts.body)),
  });
}

function sha512(data: string | Buffer): string {
  return createHash('sha512').update(data).digest('hex').toUpperCase();
}
