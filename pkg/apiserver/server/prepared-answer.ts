import type { OutgoingHttpHeaders } from 'node:http';
import type { PreparedDocument } from '../endpoints/discovery/prepared-document.ts';
import { respond } from '../endpoints/response/respond.ts';
import { acceptsGzip } from '../endpoints/response/write-object.ts';
import type { RequestContext } from '../request-context.ts';

/** How a prepared document is sent. */
export interface PreparedAnswer {
  readonly contentType?: string;
  readonly cacheControl?: string;
  readonly headers?: OutgoingHttpHeaders;
}

/** Bodies below this many bytes are sent as they are. */
const gzipThreshold = 1024;

/** Answers with a prepared document: `304` when the client has it already, compressed when that is worth it. */
export async function sendPrepared(
  context: RequestContext,
  document: PreparedDocument,
  answer: PreparedAnswer = {},
): Promise<void> {
  const headers = {
    ...(answer.cacheControl === undefined ? {} : { 'Cache-Control': answer.cacheControl }),
    ETag: document.etag,
    Vary: 'Accept',
    ...answer.headers,
  };
  if (isKnown(context.request.headers['if-none-match'], document.etag)) {
    return respond(context, { status: 304, body: '', headers });
  }
  const contentType = answer.contentType ?? document.contentType;
  if (document.body.length < gzipThreshold || !acceptsGzip(context)) {
    return respond(context, { status: 200, contentType, body: document.body, headers });
  }
  const encoded = { ...headers, Vary: 'Accept, Accept-Encoding', ...answer.headers, 'Content-Encoding': 'gzip' };
  return respond(context, { status: 200, contentType, body: await document.gzip(), headers: encoded });
}

/** Whether the client has this document: caches send lists, and weaken what they have compressed (RFC 9110, section 13.1.2). */
function isKnown(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  return ifNoneMatch.split(',').some((each) => each.trim().replace(/^W\//, '') === etag || each.trim() === '*');
}
