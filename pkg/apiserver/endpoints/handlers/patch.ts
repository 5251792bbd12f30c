import type { KubernetesObject } from '../../../../apis/meta/v1/types.ts';
import { newBadRequest, newInvalid } from '../../../apimachinery/errors/constructors.ts';
import { decodeJSONPatch } from '../../../apimachinery/patch/decode-json-patch.ts';
import { decodePatched } from '../../../apimachinery/patch/decode-patched.ts';
import { applyJSONPatch } from '../../../apimachinery/patch/json-patch.ts';
import { applyMergePatch, decodeMergePatch } from '../../../apimachinery/patch/merge-patch.ts';
import { negotiatePatch, type PatchType } from '../../../apimachinery/runtime/negotiate-input.ts';
import { negotiateOutput } from '../../../apimachinery/runtime/negotiate.ts';
import type { FieldValidation, PatchOptions } from '../../../apimachinery/runtime/options.ts';
import { parsePatchOptions } from '../../../apimachinery/runtime/query.ts';
import { validatePatchOptions } from '../../../apimachinery/validation/options.ts';
import { applyDefaults } from '../../registry/apply-defaults.ts';
import type { Handler, RequestContext } from '../../request-context.ts';
import { readBody } from '../read-body.ts';
import { servedMediaTypes, toNegotiationRequest } from '../response/media-types.ts';
import { writeObject } from '../response/write-object.ts';
import type { ResourceScope } from './resource-scope.ts';
import { checkNameMatches, toFieldValidation, toStoreOptions } from './write-request.ts';

/** Patch types that are served. kubectl chooses by the same list in OpenAPI. */
export const servedPatchTypes: readonly PatchType[] = ['application/json-patch+json', 'application/merge-patch+json'];

/** Changes an object, or its status, by a JSON patch or a merge patch. After a storage race the patch is applied anew. */
export function newPatchHandler(scope: ResourceScope, subresource: '' | 'status'): Handler {
  return async (context) => {
    const { namespace, name } = context.info;
    const { kind } = scope;
    const options = readPatchOptions(context);
    const fieldValidation = toFieldValidation(options);
    const patch = await readPatch(context, fieldValidation);
    let warnings: readonly string[] = [];
    const transform = (old: KubernetesObject): KubernetesObject => {
      const rules = { expected: kind, schema: kind.schema, fieldValidation, faults: patch.faults };
      const { object, warnings: found } = decodePatched(patch.apply(old), rules);
      warnings = found;
      checkNameMatches(object, name);
      checkNamespaceMatches(object, namespace);
      applyDefaults(object, kind);
      return object;
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

/** A patch, ready to be applied. */
interface Patch {
  /** Makes the new state out of the stored one, which it does not change. */
  apply(old: KubernetesObject): unknown;
  /** Texts about members of the patch itself that mean nothing or appear twice. */
  readonly faults: readonly string[];
}

async function readPatch(context: RequestContext, fieldValidation: FieldValidation): Promise<Patch> {
  const type = negotiatePatch(context.request.headers['content-type'], servedPatchTypes);
  const body = await readBody(context);
  const options = { findDuplicates: fieldValidation !== 'Ignore' };
  if (type === 'application/merge-patch+json') {
    const { patch, faults } = decodeMergePatch(body, options);
    return { apply: (old) => applyMergePatch(old, patch), faults };
  }
  const patch = decodeJSONPatch(body, options);
  return { apply: (old) => applyJSONPatch(old, patch), faults: patch.faults };
}

function checkNamespaceMatches({ metadata }: KubernetesObject, namespace: string): void {
  const given = metadata.namespace ?? '';
  if (given === namespace || given === '') return;
  throw newBadRequest(
    `the namespace of the object (${given}) does not match the namespace on the request (${namespace})`,
  );
}
