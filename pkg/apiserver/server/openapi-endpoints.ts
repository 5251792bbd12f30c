import { newNotAcceptable, newPathNotFound } from '../../apimachinery/errors/constructors.ts';
import { covers, parseAccept } from '../../apimachinery/runtime/media-type.ts';
import {
  openAPIV2ProtobufTypes,
  openAPIV3ProtobufTypes,
  type OpenAPIV2Document,
  type OpenAPIV3Documents,
} from '../endpoints/openapi/openapi-documents.ts';
import type { PreparedDocument } from '../endpoints/discovery/prepared-document.ts';
import { respond } from '../endpoints/response/respond.ts';
import type { Handler, RequestContext } from '../request-context.ts';
import { sendPrepared } from './prepared-answer.ts';

const json = 'application/json';

/** Answers `/openapi/v2` as JSON, or as protobuf for clients that ask for it (kubectl always does). */
export function newOpenAPIV2Handler(document: () => Promise<OpenAPIV2Document>): Handler {
  return async (context) => {
    const form = negotiateForm(context, openAPIV2ProtobufTypes);
    const found = await document();
    const prepared = form === 'json' ? found.json() : await found.protobuf();
    await sendPrepared(context, prepared, { headers: { Vary: ['Accept-Encoding', 'Accept'] } });
  };
}

/** Answers `/openapi/v3` with the index of documents. */
export function newOpenAPIV3IndexHandler(documents: () => OpenAPIV3Documents): Handler {
  // It is JSON, and upstream lets Go guess the type from its bytes.
  return (context) => sendPrepared(context, documents().index(), { contentType: 'text/plain; charset=utf-8' });
}

/** A year, for documents whose URL carries their hash. */
const immutableSeconds = 365 * 24 * 3600;

/** Answers `/openapi/v3/<key>`; with the right `?hash=` clients may keep the answer for good, a wrong one is redirected. */
export function newOpenAPIV3Handler(documents: () => OpenAPIV3Documents): Handler {
  return async (context) => {
    const key = context.path.slice('/openapi/v3/'.length);
    const document = documents().get(key);
    if (document === undefined) throw newPathNotFound();
    const hash = context.query.get('hash') ?? '';
    if (hash !== '' && hash !== document.hash) return redirect(context, key, document);
    const form = negotiateForm(context, openAPIV3ProtobufTypes);
    const prepared = form === 'json' ? document : ((await documents().getProtobuf(key)) ?? document);
    await sendPrepared(context, prepared, hash === '' ? {} : immutable(context.receivedAt));
  };
}

function immutable(now: number) {
  const expires = new Date(now + immutableSeconds * 1000).toUTCString();
  return { cacheControl: 'public, immutable', headers: { Expires: expires } };
}

function redirect(context: RequestContext, key: string, { hash, etag }: PreparedDocument): void {
  const headers = { Location: `/openapi/v3/${key}?hash=${hash}`, ETag: etag, Vary: 'Accept' };
  respond(context, { status: 301, contentType: json, body: '', headers });
}

/** Throws a 406 when neither form is acceptable. */
function negotiateForm({ request }: RequestContext, protobufTypes: readonly string[]): 'json' | 'protobuf' {
  const { accept = '*/*' } = request.headers;
  for (const clause of parseAccept(accept)) {
    if (covers(clause, json)) return 'json';
    if (protobufTypes.some((type) => type === `${clause.type}/${clause.subtype}`)) return 'protobuf';
  }
  throw newNotAcceptable([json, ...protobufTypes.slice(0, 1)]);
}
