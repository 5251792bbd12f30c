import { newStatusError, type StatusError } from '../errors/status-error.ts';
import { compareUTF8 } from '../runtime/compare.ts';
import { isJSONObject } from '../runtime/json.ts';
import { invalid, toCauseMessage, toFieldErrorMessage } from '../validation/field-error.ts';

/** Why an operation of a JSON patch could not be done. Not for clients: upstream does not tell them. */
export class PatchFailure extends Error {
  override readonly name = 'PatchFailure';
}

/** 422 without detail: an operation of a JSON patch failed. */
export function newPatchFailed(cause: PatchFailure): StatusError {
  const message = 'the server rejected our request due to an error in our request';
  return newStatusError({ code: 422, reason: 'Invalid', message, details: {}, cause });
}

/**
 * 422: what a JSON or merge patch makes of the object cannot be decoded: a wrong type, or under `Strict` an unknown member. `why` is the
 * decoder's text. Upstream names neither kind nor object.
 */
export function newUndecodablePatchResult(patched: unknown, why: string): StatusError {
  const error = invalid('patch', JSON.stringify(sortMembers(patched)), why);
  return newStatusError({
    code: 422,
    reason: 'Invalid',
    message: ` "" is invalid: ${toFieldErrorMessage(error)}`,
    details: { causes: [{ reason: error.reason, message: toCauseMessage(error), field: error.field }] },
  });
}

// Upstream's patch library writes the members of the object in the order of their names.
function sortMembers(value: unknown): unknown {
  if (!isJSONObject(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => compareUTF8(a, b)));
}
