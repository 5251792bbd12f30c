import type { KubernetesObject } from '../../../../apis/meta/v1/types.ts';
import { newInvalid } from '../../../apimachinery/errors/constructors.ts';
import { allPatchTypes, negotiatePatch } from '../../../apimachinery/runtime/negotiate-input.ts';
import type { PatchOptions } from '../../../apimachinery/runtime/options.ts';
import { parsePatchOptions } from '../../../apimachinery/runtime/query.ts';
import { validatePatchOptions } from '../../../apimachinery/validation/options.ts';
import { applyDefaults } from '../../registry/apply-defaults.ts';
import type { Handler, RequestContext } from '../../request-context.ts';
import { readBody } from '../read-body.ts';
import { negotiateObject } from '../response/media-types.ts';
import { writeObject } from '../response/write-object.ts';
import { answerApply } from './apply.ts';
import { type DifferencePatchType, readPatch } from './read-patch.ts';
import type { ObjectScope } from './resource-scope.ts';
import { checkNameMatches, checkNamespaceMatches, toFieldValidation, toStoreOptions } from './write-request.ts';

/** Changes an object, or a subresource of it, by a patch of any type. */
export function newPatchHandler(scope: ObjectScope, subresource: string): Handler {
  const applies = scope.store.apply !== undefined;
  const served = allPatchTypes.filter((type) => applies || type !== 'application/apply-patch+yaml');
  return (context) => {
    const type = negotiatePatch(context.request.headers['content-type'], served);
    negotiateObject(context, scope.kind);
    const isApply = type === 'application/apply-patch+yaml';
    const options = readPatchOptions(context, isApply);
    return isApply
      ? answerApply(context, scope, { subresource, options })
      : answerDifference(context, scope, { subresource, options, type });
  };
}

/** After a storage race the patch is applied anew. */
async function answerDifference(
  context: RequestContext,
  scope: ObjectScope,
  { subresource, options, type }: { subresource: string; options: PatchOptions; type: DifferencePatchType },
): Promise<void> {
  const { namespace, name } = context.info;
  const { kind } = scope;
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
}

function readPatchOptions({ query }: RequestContext, isApply: boolean): PatchOptions {
  const options = parsePatchOptions(query);
  const faults = validatePatchOptions(options, isApply);
  if (faults.length > 0) throw newInvalid({ group: 'meta.k8s.io', kind: 'PatchOptions' }, '', faults);
  return options;
}
