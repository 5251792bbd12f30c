import { newBadRequest, newInvalid } from '../../../apimachinery/errors/constructors.ts';
import { deleteOptionsMessage } from '../../../apimachinery/protobuf/delete-options-message.ts';
import { loadCodec } from '../../../apimachinery/protobuf/load-codec.ts';
import { decodeJSON } from '../../../apimachinery/runtime/decode-json.ts';
import { isJSONObject, type JSONObject } from '../../../apimachinery/runtime/json.ts';
import type { MediaType } from '../../../apimachinery/runtime/media-type.ts';
import { negotiateInput } from '../../../apimachinery/runtime/negotiate-input.ts';
import type { DeleteOptions as WireOptions } from '../../../apimachinery/runtime/options.ts';
import { parseDeleteOptions } from '../../../apimachinery/runtime/query.ts';
import { validateDeleteOptions } from '../../../apimachinery/validation/options.ts';
import { parseYAML } from '../../../apimachinery/yaml/parse.ts';
import type { DeleteOptions } from '../../registry/delete-object.ts';
import type { PropagationPolicy } from '../../registry/deletion-finalizers.ts';
import type { RequestContext } from '../../request-context.ts';
import { readBody, readYAMLBody } from '../read-body.ts';
import { negotiateObject, servedMediaTypes } from '../response/media-types.ts';
import type { ResourceScope } from './resource-scope.ts';
import { toStoreOptions } from './write-request.ts';

/** How to delete: out of the body when there is one, else out of the query. Throws 400, 415, 422. */
export async function readDeleteOptions(context: RequestContext, scope: ResourceScope): Promise<DeleteOptions> {
  // Nothing may be deleted by a request that cannot be answered.
  negotiateObject(context, scope.kind);
  const isYAML = context.request.headers['content-type']?.toLowerCase().includes('yaml') === true;
  const body = await (isYAML ? readYAMLBody(context) : readBody(context));
  const options = body.length === 0 ? parseDeleteOptions(context.query) : await decodeOptions(context, scope, body);
  const faults = validateDeleteOptions(options);
  if (faults.length > 0) throw newInvalid({ group: 'meta.k8s.io', kind: 'DeleteOptions' }, '', faults);
  const { preconditions, propagationPolicy, orphanDependents } = options;
  return {
    ...toStoreOptions(context, { dryRun: options.dryRun ?? [] }),
    ...(preconditions === undefined ? {} : { preconditions }),
    // Validation lets through none but these.
    ...(propagationPolicy === undefined ? {} : { propagationPolicy: propagationPolicy as PropagationPolicy }),
    ...(orphanDependents === undefined ? {} : { orphanDependents }),
  };
}

async function decodeOptions(context: RequestContext, { kind }: ResourceScope, body: Buffer): Promise<WireOptions> {
  const mediaType = negotiateInput(context.request.headers['content-type'], servedMediaTypes);
  const value = await parse(body, mediaType);
  if (!isJSONObject(value)) throw newBadRequest('the body of a delete must be a DeleteOptions object');
  const { kind: bodyKind = 'DeleteOptions' } = value as { kind?: unknown };
  if (bodyKind !== 'DeleteOptions' && bodyKind !== '') {
    throw newBadRequest(
      `decoded object cannot be converted to DeleteOptions (${typeof bodyKind === 'string' ? bodyKind : JSON.stringify(bodyKind)} on ${kind.plural})`,
    );
  }
  return checkTypes(value);
}

const parsers: { readonly [type in MediaType]: (body: Buffer) => unknown } = {
  'application/json': (body) => decodeJSON(body).value,
  'application/yaml': (body) => parseYAML(body.toString('utf8')),
  'application/vnd.kubernetes.protobuf': async (body) => {
    const { decodeEnvelope, decodeMessage } = await loadCodec();
    const { raw, ...type } = decodeEnvelope(body);
    return { ...type, ...decodeMessage(raw, deleteOptionsMessage) };
  },
};

async function parse(body: Buffer, mediaType: MediaType): Promise<unknown> {
  try {
    return await parsers[mediaType](body);
  } catch (error) {
    throw newBadRequest(
      `the body cannot be read as DeleteOptions: ${error instanceof Error ? error.message : String(error)}`,
      error,
    );
  }
}

const memberTypes: Readonly<Record<string, (value: unknown) => boolean>> = {
  gracePeriodSeconds: Number.isInteger,
  orphanDependents: (value) => typeof value === 'boolean',
  propagationPolicy: (value) => typeof value === 'string',
  dryRun: (value) => Array.isArray(value) && value.every((each) => typeof each === 'string'),
  preconditions: (value) => isJSONObject(value) && ['uid', 'resourceVersion'].every((name) => isText(value[name])),
};

function isText(value: unknown): boolean {
  return value === undefined || value === null || typeof value === 'string';
}

function checkTypes(value: JSONObject): WireOptions {
  const options: JSONObject = {};
  for (const [name, fits] of Object.entries(memberTypes)) {
    const member = value[name];
    if (member === undefined || member === null) continue;
    if (!fits(member)) throw newBadRequest(`DeleteOptions: ${name} has the wrong type: ${JSON.stringify(member)}`);
    options[name] = name === 'preconditions' ? dropNulls(member as JSONObject) : member;
  }
  return options;
}

function dropNulls(object: JSONObject): JSONObject {
  return Object.fromEntries(Object.entries(object).filter(([, member]) => member !== null));
}
