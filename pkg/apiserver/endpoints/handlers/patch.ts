import type { KubernetesObject, Unstructured } from '../../../../apis/meta/v1/types.ts';
import { newBadRequest, newInvalid } from '../../../apimachinery/errors/constructors.ts';
import { applyJSONPatch, decodeJSONPatch } from '../../../apimachinery/patch/json-patch.ts';
import { applyMergePatch, decodeMergePatch } from '../../../apimachinery/patch/merge-patch.ts';
import { newInvalidPatchBody, newUndecodablePatchResult } from '../../../apimachinery/patch/patch-errors.ts';
import { toStrictErrorText } from '../../../apimachinery/runtime/decode-errors.ts';
import { decodeJSON, JSONSyntaxError } from '../../../apimachinery/runtime/decode-json.ts';
import { isJSONObject } from '../../../apimachinery/runtime/json.ts';
import { negotiateOutput } from '../../../apimachinery/runtime/negotiate.ts';
import { negotiatePatch, type PatchType } from '../../../apimachinery/runtime/negotiate-input.ts';
import type { FieldValidation, PatchOptions } from '../../../apimachinery/runtime/options.ts';
import { parsePatchOptions } from '../../../apimachinery/runtime/query.ts';
import { validatePatchOptions } from '../../../apimachinery/validation/options.ts';
import { pruneObject } from '../../../apimachinery/validation/prune.ts';
import { findTypeError } from '../../../apimachinery/validation/type-error.ts';
import { findUnknownFields } from '../../../apimachinery/validation/unknown-fields.ts';
import { applyDefaults } from '../../registry/apply-defaults.ts';
import type { Handler, RequestContext } from '../../request-context.ts';
import { readBody } from '../read-body.ts';
import { servedMediaTypes, toNegotiationRequest } from '../response/media-types.ts';
import { writeObject } from '../response/write-object.ts';
import type { ResourceScope } from './resource-scope.ts';
import { checkNameMatches, toFieldValidation, toStoreOptions } from './write-request.ts';

/** Patch types that are served; discovery of kubectl goes by the same list in OpenAPI. */
export const servedPatchTypes: readonly PatchType[] = ['application/json-patch+json', 'application/merge-patch+json'];

/** Changes an object, or its status, by a JSON patch or a merge patch. A storage race applies the patch anew. */
export function newPatchHandler(scope: ResourceScope, subresource: '' | 'status'): Handler {
  return async (context) => {
    const { namespace, name } = context.info;
    const options = readPatchOptions(context);
    const patch = await readPatch(context);
    const fieldValidation = toFieldValidation(options);
    const warnings = new Set<string>();
    const transform = (old: KubernetesObject): KubernetesObject => {
      const patched = decodePatched(patch(old), scope, { fieldValidation, warnings });
      checkNameMatches(patched, name);
      checkNamespaceMatches(patched, namespace);
      return patched;
    };
    const write = toStoreOptions(context, options);
    const object = await scope.store.update({ namespace, name, subresource, transform }, write);
    context.warnings.push(...warnings);
    await writeObject(context, scope, { status: 200, object });
  };
}

function readPatchOptions(context: RequestContext): PatchOptions {
  negotiateOutput(toNegotiationRequest(context), servedMediaTypes);
  const options = parsePatchOptions(context.query);
  const faults = validatePatchOptions(options, false);
  if (faults.length > 0) throw newInvalid({ group: 'meta.k8s.io', kind: 'PatchOptions' }, '', faults);
  return options;
}

/** Makes the new state out of the stored one, which it does not change. */
type ApplyPatch = (old: KubernetesObject) => unknown;

async function readPatch(context: RequestContext): Promise<ApplyPatch> {
  const type = negotiatePatch(context.request.headers['content-type'], servedPatchTypes);
  const body = parsePatch(await readBody(context));
  if (type === 'application/merge-patch+json') {
    const patch = decodeMergePatch(body);
    return (old) => applyMergePatch(old, patch);
  }
  const patch = decodeJSONPatch(body);
  context.warnings.push(...patch.unknownFields);
  return (old) => applyJSONPatch(old, patch);
}

function parsePatch(body: Buffer): unknown {
  try {
    return decodeJSON(body).value;
  } catch (error) {
    if (error instanceof JSONSyntaxError) throw newInvalidPatchBody();
    throw error;
  }
}

interface Strictness {
  readonly fieldValidation: FieldValidation;
  readonly warnings: Set<string>;
}

/** Takes the patched JSON as an object of the kind: right types, known members, defaults. Throws 422. */
function decodePatched(patched: unknown, { kind }: ResourceScope, strictness: Strictness): KubernetesObject {
  const typeError = isJSONObject(patched)
    ? findTypeError(patched, kind.schema, kind.kind)
    : 'json: cannot unmarshal patched value';
  if (typeError !== undefined) throw newUndecodablePatchResult(patched, typeError);
  const { fieldValidation, warnings } = strictness;
  const unknown =
    fieldValidation === 'Ignore'
      ? []
      : findUnknownFields(patched, kind.schema).map((path) => `unknown field "${path}"`);
  if (fieldValidation === 'Strict' && unknown.length > 0) {
    throw newUndecodablePatchResult(patched, toStrictErrorText(unknown));
  }
  for (const text of unknown) warnings.add(text);
  const object = pruneObject(patched as Unstructured, kind.schema);
  object.metadata ??= {};
  applyDefaults(object, kind);
  return object;
}

function checkNamespaceMatches({ metadata }: KubernetesObject, namespace: string): void {
  const given = metadata.namespace ?? '';
  if (given === namespace || given === '') return;
  throw newBadRequest(
    `the namespace of the object (${given}) does not match the namespace on the request (${namespace})`,
  );
}
