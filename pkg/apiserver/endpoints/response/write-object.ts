import { promisify } from 'node:util';
import { gzip, type ZlibOptions } from 'node:zlib';
import type { KubernetesList, KubernetesObject } from '../../../../apis/meta/v1/types.ts';
import { newNotAcceptable } from '../../../apimachinery/errors/constructors.ts';
import { newStatusError } from '../../../apimachinery/errors/status-error.ts';
import { partialObjectMetadataMessage } from '../../../apimachinery/protobuf/object-meta-messages.ts';
import type { OutputEncoding } from '../../../apimachinery/runtime/negotiate.ts';
import {
  toPartialObjectMetadata,
  toPartialObjectMetadataList,
} from '../../../apimachinery/runtime/partial-object-metadata.ts';
import { newSingleRowTable, newTable, parseIncludeObject } from '../../../apimachinery/runtime/table.ts';
import type { RequestContext } from '../../request-context.ts';
import type { ObjectScope, ResourceScope } from '../handlers/resource-scope.ts';
import { encodeBody } from './encode-body.ts';
import { encodeLongDocument, type LongDocument } from './list-pieces.ts';
import { negotiateObject, servedMediaTypes } from './media-types.ts';
import { encodeListItem, encodeObject } from './object-encoder.ts';
import { encodeProtobufList, toMessage } from './protobuf-encoder.ts';
import { type Answer, respond, respondInPieces } from './respond.ts';
import { toWireOrder } from './wire-order.ts';

/** Bodies beyond this many bytes are compressed for clients that take gzip, as upstream does. */
const gzipThreshold = 128 * 1024;

const protobuf = 'application/vnd.kubernetes.protobuf';

const compress: (body: Buffer, options: ZlibOptions) => Promise<Buffer> = promisify(gzip);

/** Answers with one object, in the form and encoding that the client asks for. */
export async function writeObject(
  context: RequestContext,
  scope: ObjectScope,
  answer: { status: number; object: KubernetesObject },
): Promise<void> {
  const output = negotiateObject(context, scope.kind);
  const body = await encodeOne(context, scope, { object: answer.object, output });
  await send(context, { status: answer.status, contentType: output.mediaType, body });
}

/** Answers with a list, in the form and encoding that the client asks for. It may be long: it is made and sent piece by piece. */
export async function writeList(context: RequestContext, scope: ResourceScope, list: KubernetesList): Promise<void> {
  const output = negotiateObject(context, scope.kind);
  const pieces = await encodeMany(context, scope, { list, output });
  const answer = { status: 200, contentType: output.mediaType };
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  if (length <= gzipThreshold || !acceptsGzip(context)) return respondInPieces(context, answer, pieces);
  await respondCompressed(context, { ...answer, body: Buffer.concat(pieces, length) });
}

async function encodeOne(
  context: RequestContext,
  scope: ObjectScope,
  { object, output }: { object: KubernetesObject; output: OutputEncoding },
): Promise<string | Buffer> {
  switch (output.as) {
    case 'Object':
      if (output.mediaType === protobuf) return encodeBody(object, output, toMessage(output, scope.kind));
      if (output.mediaType === 'application/json' && !output.pretty) return `${encodeObject(object)}\n`;
      return encodeBody(toWireOrder(object), output);
    case 'PartialObjectMetadata':
      return encodeBody(toPartialObjectMetadata(object, output.apiVersion), output, partialObjectMetadataMessage);
    case 'PartialObjectMetadataList':
      throw newConversionError(
        'you requested PartialObjectMetadataList, but the requested object is not a list',
        scope,
      );
    case 'Table': {
      const source = { ...tableSource(context, scope), apiVersion: output.apiVersion };
      return encodeBody(newSingleRowTable(object, source), output);
    }
  }
}

async function encodeMany(
  context: RequestContext,
  scope: ResourceScope,
  { list, output }: { list: KubernetesList; output: OutputEncoding },
): Promise<Buffer[]> {
  const { kind, takeTurns } = scope;
  if (output.as === 'PartialObjectMetadata') {
    throw newConversionError('you requested PartialObjectMetadata, but the requested object is a list', scope);
  }
  if (output.mediaType === protobuf) {
    const partial = output.as === 'Object' ? list : toPartialObjectMetadataList(list, output.apiVersion);
    return encodeProtobufList(partial, toMessage(output, kind), takeTurns);
  }
  return encodeLongDocument(toLongDocument(context, scope, { list, output }), output, takeTurns);
}

function toLongDocument(
  context: RequestContext,
  scope: ResourceScope,
  { list, output }: { list: KubernetesList; output: OutputEncoding },
): LongDocument {
  const { items: objects, metadata } = list;
  switch (output.as) {
    case 'Object':
      return { frame: { ...list, items: [] }, member: 'items', objects, element: toListItem, json: encodeListItem };
    case 'PartialObjectMetadata':
    case 'PartialObjectMetadataList': {
      const { apiVersion } = output;
      const frame = toPartialObjectMetadataList({ ...list, items: [] }, apiVersion);
      return { frame, member: 'items', objects, element: (object) => toPartialObjectMetadata(object, apiVersion) };
    }
    case 'Table': {
      const source = { ...tableSource(context, scope), apiVersion: output.apiVersion, metadata };
      const toRow = (object: KubernetesObject): object => newTable({ ...source, objects: [object] }).rows[0] ?? {};
      return { frame: newTable({ ...source, objects: [] }), member: 'rows', objects, element: toRow };
    }
  }
}

/** The list says for all what kind they are. */
function toListItem(object: KubernetesObject): object {
  const { kind: _, apiVersion: __, ...item } = toWireOrder(object);
  return item;
}

function tableSource({ query }: RequestContext, { kind, now }: ObjectScope) {
  const columns = kind.columns;
  return { columns, includeObject: parseIncludeObject(query), now: now() };
}

/** Upstream names its Go type here; ours has none, so the kind stands in its place. */
function newConversionError(why: string, { kind }: ObjectScope) {
  const { message: _, ...status } = newNotAcceptable(servedMediaTypes).status;
  return newStatusError({ code: 406, reason: status.reason ?? 'NotAcceptable', message: `${why} (${kind.kind})` });
}

async function send(
  context: RequestContext,
  answer: { status: number; contentType: string; body: string | Buffer },
): Promise<void> {
  const isLarge = answer.body.length > gzipThreshold / 3 && Buffer.byteLength(answer.body) > gzipThreshold;
  if (!isLarge || !acceptsGzip(context)) return respond(context, answer);
  await respondCompressed(context, answer);
}

async function respondCompressed(context: RequestContext, answer: Answer): Promise<void> {
  const body = typeof answer.body === 'string' ? Buffer.from(answer.body) : answer.body;
  const headers = { 'Content-Encoding': 'gzip', Vary: 'Accept-Encoding' };
  return respond(context, { ...answer, body: await compress(body, { level: 1 }), headers });
}

/** Whether the client lists the bare token; upstream ignores qualities here. */
export function acceptsGzip({ request }: RequestContext): boolean {
  const header = request.headers['accept-encoding'];
  return typeof header === 'string' && header.split(',').some((token) => token.trim() === 'gzip');
}
