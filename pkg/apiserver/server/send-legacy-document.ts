import type { ProtobufMessage } from '../../apimachinery/protobuf/message.ts';
import { negotiateOutput } from '../../apimachinery/runtime/negotiate.ts';
import { type BodyEncoding, encodeBody } from '../endpoints/response/encode-body.ts';
import { servedMediaTypes, toNegotiationRequest } from '../endpoints/response/media-types.ts';
import { respond } from '../endpoints/response/respond.ts';
import type { RequestContext } from '../request-context.ts';

/** How a document is written. */
export interface LegacyEncoding {
  /** The document in protobuf. */
  readonly message: ProtobufMessage;
  /** Default: what `Accept` asks for. */
  readonly encoding?: BodyEncoding;
}

/** Answers with a discovery document of the legacy form, in the encoding that the client accepts. */
export async function sendLegacyDocument(
  context: RequestContext,
  document: object,
  { message, encoding = negotiateOutput(toNegotiationRequest(context), servedMediaTypes) }: LegacyEncoding,
): Promise<void> {
  const body = await encodeBody(document, encoding, message);
  respond(context, { status: 200, contentType: encoding.mediaType, body });
}
