import type { GroupResource, GroupVersionKind } from '../schema/group-version.ts';
import { toQualifiedResource } from '../schema/group-version.ts';
import type { FieldError } from '../validation/field-error.ts';
import { toCauseMessage, toFieldErrorMessage } from '../validation/field-error.ts';
import { newStatusError, type StatusError } from './status-error.ts';

// Texts and details: apimachinery `pkg/api/errors/errors.go`.

function named(gr: GroupResource, name: string): { name?: string; group?: string; kind: string } {
  return {
    ...(name === '' ? {} : { name }),
    ...(gr.group === '' ? {} : { group: gr.group }),
    kind: gr.resource,
  };
}

/** 400: the request itself is malformed. */
export function newBadRequest(message: string, cause?: unknown): StatusError {
  return newStatusError({ code: 400, reason: 'BadRequest', message, cause });
}

/** 401: credentials were given and are not valid. */
export function newUnauthorized(message = 'Unauthorized'): StatusError {
  return newStatusError({ code: 401, reason: 'Unauthorized', message });
}

/** 403: the user may not do this. `why` is the sentence after "is forbidden:". */
export function newForbidden(gr: GroupResource, name: string, why: string): StatusError {
  const resource = toQualifiedResource(gr);
  const subject = name === '' ? `${resource} is forbidden` : `${resource} "${name}" is forbidden`;
  const message = gr.resource === '' ? `forbidden: ${why}` : `${subject}: ${why}`;
  const details = gr.resource === '' ? {} : named(gr, name);
  return newStatusError({ code: 403, reason: 'Forbidden', message, details });
}

/** 404: no object of that name. */
export function newNotFound(gr: GroupResource, name: string): StatusError {
  const message = `${toQualifiedResource(gr)} "${name}" not found`;
  return newStatusError({ code: 404, reason: 'NotFound', message, details: named(gr, name) });
}

/** 404: no such path below an installed group/version. */
export function newPathNotFound(): StatusError {
  const message = 'the server could not find the requested resource';
  return newStatusError({ code: 404, reason: 'NotFound', message, details: {} });
}

/** 405: the path exists, the method does not. */
export function newMethodNotAllowed(): StatusError {
  const message = 'the server does not allow this method on the requested resource';
  return newStatusError({ code: 405, reason: 'MethodNotAllowed', message, details: {} });
}

/** 406: no representation that the client accepts. `conversion` names the kind asked for with `as=`. */
export function newNotAcceptable(accepted: readonly string[], conversion?: string): StatusError {
  const types = accepted.join(', ');
  const message =
    conversion === undefined
      ? `only the following media types are accepted: ${types}`
      : `only the following media types are accepted when converting to ${conversion}: ${types}`;
  return newStatusError({ code: 406, reason: 'NotAcceptable', message });
}

/** 409: an object of that name exists. */
export function newAlreadyExists(gr: GroupResource, name: string): StatusError {
  const message = `${toQualifiedResource(gr)} "${name}" already exists`;
  return newStatusError({ code: 409, reason: 'AlreadyExists', message, details: named(gr, name) });
}

/** 409: a generated name was taken eight times in a row. */
export function newGenerateNameConflict(gr: GroupResource, name: string): StatusError {
  const message = `${toQualifiedResource(gr)} "${name}" already exists, the server was not able to generate a unique name for the object`;
  return newStatusError({
    code: 409,
    reason: 'AlreadyExists',
    message,
    details: { ...named(gr, name), retryAfterSeconds: 1 },
  });
}

/** 409: the object is not in the state that the client assumed. */
export function newConflict(gr: GroupResource, name: string, why: string): StatusError {
  const message = `Operation cannot be fulfilled on ${toQualifiedResource(gr)} "${name}": ${why}`;
  return newStatusError({ code: 409, reason: 'Conflict', message, details: named(gr, name) });
}

/** 410: the revision asked for is no longer known. */
export function newExpired(message: string): StatusError {
  return newStatusError({ code: 410, reason: 'Expired', message });
}

/** 413: the body is over the limit. */
export function newRequestEntityTooLarge(why: string): StatusError {
  const message = `Request entity too large: ${why}`;
  return newStatusError({ code: 413, reason: 'RequestEntityTooLarge', message });
}

/** 415: the body's media type is not one of these. */
export function newUnsupportedMediaType(accepted: readonly string[]): StatusError {
  const message = `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`;
  return newStatusError({ code: 415, reason: 'UnsupportedMediaType', message });
}

/** 422: the object has these faults. `name` may be empty. */
export function newInvalid(
  gvk: Pick<GroupVersionKind, 'group' | 'kind'>,
  name: string,
  errors: readonly FieldError[],
): StatusError {
  const kind = gvk.group === '' ? gvk.kind : `${gvk.kind}.${gvk.group}`;
  const texts = [...new Set(errors.map((error) => toFieldErrorMessage(error)))];
  const joined = texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`;
  const causes = errors.map((error) => ({
    reason: error.reason,
    message: toCauseMessage(error),
    field: error.field,
  }));
  return newStatusError({
    code: 422,
    reason: 'Invalid',
    message: `${kind} "${name}" is invalid${texts.length === 0 ? '' : `: ${joined}`}`,
    details: {
      ...(name === '' ? {} : { name }),
      ...(gvk.group === '' ? {} : { group: gvk.group }),
      ...(gvk.kind === '' ? {} : { kind: gvk.kind }),
      ...(causes.length === 0 ? {} : { causes }),
    },
  });
}

/** 429: try again later. */
export function newTooManyRequests(message: string, retryAfterSeconds: number): StatusError {
  return newStatusError({ code: 429, reason: 'TooManyRequests', message, details: { retryAfterSeconds } });
}

/** 500: a fault of ours. `why` reaches the client, so it must hold no secret. */
export function newInternalError(why: string, cause?: unknown): StatusError {
  return newStatusError({
    code: 500,
    reason: 'InternalError',
    message: `Internal error occurred: ${why}`,
    details: { causes: [{ message: why }] },
    cause,
  });
}

/** 503: something that the answer needs is not there. No Retry-After unless given, because clients then retry blindly. */
export function newServiceUnavailable(message: string, retryAfterSeconds?: number): StatusError {
  return newStatusError({
    code: 503,
    reason: 'ServiceUnavailable',
    message,
    ...(retryAfterSeconds === undefined ? {} : { details: { retryAfterSeconds } }),
  });
}

/** 504: the answer did not come in time. */
export function newTimeout(why: string, retryAfterSeconds?: number): StatusError {
  return newStatusError({
    code: 504,
    reason: 'Timeout',
    message: `Timeout: ${why}`,
    ...(retryAfterSeconds === undefined ? {} : { details: { retryAfterSeconds } }),
  });
}

/** 504: the revision asked for lies in the future. Clients know the cause and start anew. */
export function newResourceVersionTooLarge(requested: number, current: number): StatusError {
  return newStatusError({
    code: 504,
    reason: 'Timeout',
    message: `Timeout: Too large resource version: ${requested}, current: ${current}`,
    details: {
      causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
      retryAfterSeconds: 1,
    },
  });
}
