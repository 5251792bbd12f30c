import type { KubernetesObject } from '../../../../apis/meta/v1/types.ts';
import { newBadRequest, newInvalid } from '../../../apimachinery/errors/constructors.ts';
import { negotiatePatch } from '../../../apimachinery/runtime/negotiate-input.ts';
import { negotiateOutput } from '../../../apimachinery/runtime/negotiate.ts';
import type { PatchOptions } from '../../../apimachinery/runtime/options.ts';
import { parsePatchOptions } from '../../../apimachinery/runtime/query.ts';
import { validatePatchOptions } from '../../../apimachinery/validation/options.ts';
import { applyDefaults } from '../../registry/apply-defaults.ts';
import type { Handler, RequestContext } from '../../request-context.ts';
import { readBody } from '../read-body.ts';
import { servedMediaTypes, toNegotiationRequest } from '../response/media-types.ts';
import { writeObject } from '../response/write-object.ts';
import { type DifferencePatchType, readPatch } from './read-patch.ts';
import type { ObjectScope } from './resource-scope.ts';
import { checkNameMatches, toFieldValidation, toStoreOptions } from './write-request.ts';

/** Patch types that are served, in upstream's order. kubectl chooses by the same list in OpenAPI. */
export const servedPatchTypes: readonly DifferencePatchType[] = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
];

/** Changes an object, or its status, by a patch. After a storage race the patch is applied anew. */
export function newPatchHandler(scope: ObjectScope, subresource: string): Handler {
  return async (context) => {
    const { namespace, name } = context.info;
    const { kind } = scope;
    const type = negotiatePatch(context.request.headers['content-type'], servedPatchTypes) as DifferencePatchType;
    const options = readPatchOptions(context);
    const patch = readPatch(type, await readBody(context), { kind, fieldValidation: toFieldValidation(options) });
    let warnings: readonly string[] = [];
    const transform = (old: KubernetesObject): KubernetesObject => {
      const { object, warnings: found } = patch.apply(old);
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

function checkNamespaceMatches({ metadata }: KubernetesObject, namespace: string): void {
  const given = metadata.namespace ?? '';
  if (given === namespace || given === '') return;
  throw newBadRequest(
    `the namespace of the object (${given}) does not match the namespace on the request (${namespace})`,
  );
}
