import type { Status } from '../../../../apis/meta/v1/types.ts';
import { negotiateError } from '../../../apimachinery/runtime/negotiate.ts';
import { statusMessage } from '../../../apimachinery/protobuf/status-message.ts';
import type { RequestContext } from '../../request-context.ts';
import { encodeBody } from './encode-body.ts';
import { servedMediaTypes, toNegotiationRequest } from './media-types.ts';
import { respond } from './respond.ts';

/** Answers with a `Status`, in the encoding that the client accepts; JSON when it accepts none of ours. */
export async function writeStatus(context: RequestContext, status: Status): Promise<void> {
  const code = status.code ?? 200;
  const retryAfter = status.details?.retryAfterSeconds ?? 0;
  const encoding = negotiateError(toNegotiationRequest(context), servedMediaTypes);
  respond(context, {
    status: code,
    contentType: encoding.mediaType,
    body: await encodeBody(status, encoding, statusMessage),
    headers: retryAfter > 0 ? { 'Retry-After': String(retryAfter) } : {},
  });
}
