import { newBadRequest } from '../errors/constructors.ts';
import { newStatusError, type StatusError } from '../errors/status-error.ts';
import type { JSONObject } from '../runtime/json.ts';
import { invalid, toCauseMessage, toFieldErrorMessage } from '../validation/field-error.ts';
import { newPatchFailed, PatchFailure } from './patch-errors.ts';
import { toGoDynamicType, toGoSprint, toGoStringVerb, toGoText } from './strategic-go-text.ts';

// Texts: apimachinery `pkg/util/mergepatch/errors.go`, `pkg/util/strategicpatch/patch.go`; codes: apiserver
// `pkg/endpoints/handlers/patch.go`. Faults that upstream has no code for answer 500 without a reason, whoever made them.

/** 400: a directive is not written as it must be. */
export function newMalformedDirective(
  directive: 'primitive list' | 'retainKeys' | 'setElementOrder list',
): StatusError {
  return newBadRequest(`invalid patch format of ${directive}`);
}

/** 422 without detail: a list that is to be merged holds lists. */
export function newListOfLists(): StatusError {
  return newPatchFailed(new PatchFailure('lists of lists are not supported'));
}

/** 500: `$patch` says something that nobody knows. */
export function newUnknownPatchType(directive: unknown, patch: JSONObject): StatusError {
  return newUnclassified(`unknown patch type: ${toGoStringVerb(directive)} in map: ${toGoText(patch)}`);
}

/** 500: an item of a list asks for a merge of the list. */
export function newListMergeUnsupported(): StatusError {
  return newUnclassified('merging lists cannot yet be specified in the patch');
}

/** 500: an item that cannot be told from the others of its list. */
export function newNoMergeKey(item: unknown, mergeKey: string): StatusError {
  return newUnclassified(`map: ${toGoText(item)} does not contain declared merge key: ${mergeKey}`);
}

/** 500: the schema says that lists of objects are merged, and not by what. */
export function newNoMergeKeyDeclared(list: string): StatusError {
  return newUnclassified(`cannot merge lists without merge key for ${list}`);
}

/** 500: the items of a list are not of one type. */
export function newMixedItems(items: readonly unknown[]): StatusError {
  return newUnclassified(`list element types are not identical: ${toGoSprint(items)}`);
}

/** 500: an order is given for something that is no list. */
export function newNoList(value: unknown): StatusError {
  const type = toGoDynamicType(value);
  return newUnclassified(`expected a []interface {}, but received a ${type === 'nil' ? '%!s(<nil>)' : type}`);
}

/** 500: the items of a patch stand in another order than the patch demands. */
export function newOrderMismatch(items: readonly unknown[], order: readonly unknown[]): StatusError {
  const lists = `${toGoText(items)}\n doesn't match $setElementOrder list:\n${toGoText(order)}`;
  return newUnclassified(`The order in patch list:\n${lists}\n`);
}

/** 422: what a strategic merge patch makes of the object cannot be decoded. Upstream shows the patch, not the outcome. */
export function newUndecodableStrategicResult(patch: JSONObject, why: string): StatusError {
  const error = invalid('patch', toGoText(patch), why);
  return newStatusError({
    code: 422,
    reason: 'Invalid',
    message: ` "" is invalid: ${toFieldErrorMessage(error)}`,
    details: { causes: [{ reason: error.reason, message: toCauseMessage(error), field: error.field }] },
  });
}

function newUnclassified(message: string): StatusError {
  return newStatusError({ code: 500, reason: '', message });
}
