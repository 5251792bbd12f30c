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
import type { ObjectScope } from '../handlers/resource-scope.ts';
import { encodeBody } from './encode-body.ts';
import { negotiateObject, servedMediaTypes } from './media-types.ts';
import { encodeListItem, encodeObject } from './object-encoder.ts';
import { encodeProtobufList, toMessage } from './protobuf-encoder.ts';
import { respond } from './respond.ts';
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

/** Answers with a list, in the form and encoding that the client asks for. */
export async function writeList(context: RequestContext, scope: ObjectScope, list: KubernetesList): Promise<void> {
  const output = negotiateObject(context, scope.kind);
  const body = await encodeMany(context, scope, { list, output });
  await send(context, { status: 200, contentType: output.mediaType, body });
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
  scope: ObjectScope,
  { list, output }: { list: KubernetesList; output: OutputEncoding },
): Promise<string | Buffer> {
  switch (output.as) {
    case 'Object':
      if (output.mediaType === protobuf) return encodeProtobufList(list, toMessage(output, scope.kind));
      if (output.mediaType === 'application/json' && !output.pretty) return encodeList(list);
      return encodeBody({ ...list, items: list.items.map(({ kind: _, apiVersion: __, ...rest }) => rest) }, output);
    case 'PartialObjectMetadata':
      throw newConversionError('you requested PartialObjectMetadata, but the requested object is a list', scope);
    case 'PartialObjectMetadataList': {
      const partial = toPartialObjectMetadataList(list, output.apiVersion);
      return output.mediaType === protobuf
        ? encodeProtobufList(partial, toMessage(output, scope.kind))
        : encodeBody(partial, output);
    }
    case 'Table': {
      const source = { ...tableSource(context, scope), apiVersion: output.apiVersion };
      return encodeBody(newTable({ ...source, objects: list.items, metadata: list.metadata }), output);
    }
  }
}

function encodeList({ kind, apiVersion, metadata, items }: KubernetesList): string {
  const head = `{"kind":${JSON.stringify(kind)},"apiVersion":${JSON.stringify(apiVersion)},"metadata":${JSON.stringify(metadata)}`;
  return `${head},"items":[${items.map((item) => encodeListItem(item)).join(',')}]}\n`;
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
  const body = typeof answer.body === 'string' ? Buffer.from(answer.body) : answer.body;
  const headers = { 'Content-Encoding': 'gzip', Vary: 'Accept-Encoding' };
  return respond(context, { ...answer, body: await compress(body, { level: 1 }), headers });
}

/** Whether the client lists the bare token; upstream ignores qualities here. */
export function acceptsGzip({ request }: RequestContext): boolean {
  const header = request.headers['accept-encoding'];
  return typeof header === 'string' && header.split(',').some((token) => token.trim() === 'gzip');
}
