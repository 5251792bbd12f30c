import { newBadRequest } from '../errors/constructors.ts';
import { newStatusError, type StatusError } from '../errors/status-error.ts';
import { isJSONObject } from '../runtime/json.ts';
import { type FieldError, invalid, toCauseMessage, toFieldErrorMessage } from '../validation/field-error.ts';

/** 400: the body of a patch is not JSON at all. */
export function newInvalidPatchBody(): StatusError {
  return newBadRequest('invalid JSON patch');
}

/**
 * 422: what a JSON or merge patch makes of the object cannot be decoded: a wrong type, or under `Strict` an unknown member. `why` is the
 * decoder's text. Upstream names neither kind nor object.
 */
export function newUndecodablePatchResult(patched: unknown, why: string): StatusError {
  const error: FieldError = invalid('patch', JSON.stringify(sortMembers(patched)), why);
  return newStatusError({
    code: 422,
    reason: 'Invalid',
    message: ` "" is invalid: ${toFieldErrorMessage(error)}`,
    details: { causes: [{ reason: error.reason, message: toCauseMessage(error), field: error.field }] },
  });
}

// Upstream's patch library writes the members of the object in order of their names.
function sortMembers(value: unknown): unknown {
  if (!isJSONObject(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
