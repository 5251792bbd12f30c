import { newBadRequest } from '../errors/constructors.ts';
import type { StatusError } from '../errors/status-error.ts';
import { type GroupVersionKind, toAPIVersion } from '../schema/group-version.ts';
import { toGoQuoted } from '../validation/go-string.ts';

// Source: apiserver `pkg/endpoints/handlers/rest.go`, apimachinery `pkg/runtime`. All answer 400.

const summaryBytes = 30;

/** The body could not even be asked for its kind. `why` is one of the texts below or of a parser. */
export function newUnrecognizedObject(kind: string, why: string, body: Uint8Array): StatusError {
  return newBadRequest(
    `the object provided is unrecognized (must be of type ${kind}): ${why} (${summarizeBody(body)})`,
  );
}

/** The body says what it is, and cannot be taken for an object of this kind. */
export function newUnhandledObject(actual: GroupVersionKind, kind: string, why: string): StatusError {
  return newBadRequest(
    `${actual.kind} in version ${toGoQuoted(actual.version)} cannot be handled as a ${kind}: ${why}`,
  );
}

/** The body was decoded and belongs to another version of the same group. */
export function newVersionMismatch(actual: string, expected: string): StatusError {
  return newBadRequest(`the API version in the data (${actual}) does not match the expected API version (${expected})`);
}

/** Why a body without a readable kind was refused. */
export function toKindErrorText(parseError: string): string {
  return `couldn't get version/kind; json parse error: ${parseError}`;
}

/** Why a kind that nobody registered was refused. The scheme is named by where upstream makes it. */
export function toNotRegisteredText(gvk: GroupVersionKind): string {
  const version = toGoQuoted(toAPIVersion(gvk));
  return `no kind ${toGoQuoted(gvk.kind)} is registered for version ${version} in scheme "pkg/runtime/scheme.go:111"`;
}

/** Why a body with unknown or duplicate fields was refused under `fieldValidation=Strict`. */
export function toStrictErrorText(faults: readonly string[]): string {
  return `strict decoding error: ${faults.join(', ')}`;
}

/** The beginning of a body, as text when it looks like JSON, else in hexadecimal. */
export function summarizeBody(body: Uint8Array): string {
  if (body.length === 0) return '<empty>';
  const head = Buffer.from(body.subarray(0, summaryBytes));
  const text = head.toString(body[0] === 0x7b ? 'utf8' : 'hex');
  return body.length > summaryBytes ? `${text} ...` : text;
}
