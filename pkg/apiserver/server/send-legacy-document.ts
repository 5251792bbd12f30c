import type { ProtobufMessage } from '../../apimachinery/protobuf/message.ts';
import { negotiateOutput } from '../../apimachinery/runtime/negotiate.ts';
import { type PreparedDocument, prepareBytes } from '../endpoints/discovery/prepared-document.ts';
import { type BodyEncoding, encodeBody } from '../endpoints/response/encode-body.ts';
import { servedMediaTypes, toNegotiationRequest } from '../endpoints/response/media-types.ts';
import type { RequestContext } from '../request-context.ts';
import { sendPrepared } from './prepared-answer.ts';

/** How a document is written. */
export interface LegacyEncoding {
  /** The document in protobuf. */
  readonly message: ProtobufMessage;
  /** Default: what `Accept` asks for. */
  readonly encoding?: BodyEncoding;
}

/** Documents that are written once a change, however often they are asked for. */
export interface LegacyDocuments {
  /** Answers with the document of this name, in the encoding that the client accepts. */
  send(context: RequestContext, document: LegacyDocument): Promise<void>;
}

/** A document that is made when it is first asked for. */
export interface LegacyDocument extends LegacyEncoding {
  /** Tells it from the others. */
  readonly name: string;
  readonly build: () => object;
}

/** Keeps documents until the generation is another one. Names must be those of documents that there are. */
export function newLegacyDocuments(generation: () => number): LegacyDocuments {
  const kept = new Map<string, Promise<PreparedDocument>>();
  let keptOf = -1;
  return {
    async send(context, { name, build, message, encoding = negotiate(context) }) {
      if (keptOf !== generation()) kept.clear();
      keptOf = generation();
      const key = `${name} ${encoding.mediaType} ${encoding.pretty}`;
      const prepared = kept.get(key) ?? prepare(build(), encoding, message);
      kept.set(key, prepared);
      await sendPrepared(context, await prepared);
    },
  };
}

/** Answers with a discovery document of the legacy form, in the encoding that the client accepts. */
export async function sendLegacyDocument(
  context: RequestContext,
  document: object,
  { message, encoding = negotiate(context) }: LegacyEncoding,
): Promise<void> {
  await sendPrepared(context, await prepare(document, encoding, message));
}

function negotiate(context: RequestContext): BodyEncoding {
  return negotiateOutput(toNegotiationRequest(context), servedMediaTypes);
}

async function prepare(document: object, encoding: BodyEncoding, message: ProtobufMessage): Promise<PreparedDocument> {
  const body = await encodeBody(document, encoding, message);
  return prepareBytes(Buffer.from(body), { contentType: encoding.mediaType });
}
