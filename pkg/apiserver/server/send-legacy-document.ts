import { negotiateOutput } from '../../apimachinery/runtime/negotiate.ts';
import { encodeBody } from '../endpoints/response/encode-body.ts';
import { servedMediaTypes, toNegotiationRequest } from '../endpoints/response/media-types.ts';
import { respond } from '../endpoints/response/respond.ts';
import type { RequestContext } from '../request-context.ts';

/** Answers with a discovery document of the legacy form, in the encoding that the client accepts. */
export async function sendLegacyDocument(context: RequestContext, document: object): Promise<void> {
  const output = negotiateOutput(toNegotiationRequest(context), servedMediaTypes);
  respond(context, { status: 200, contentType: output.mediaType, body: await encodeBody(document, output) });
}
