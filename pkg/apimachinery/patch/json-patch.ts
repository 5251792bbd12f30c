import type { StatusError } from '../errors/status-error.ts';

/** One operation of a JSON patch (RFC 6902). */
export interface JSONPatchOperation {
  readonly op: string;
  readonly path: string;
  readonly from?: string;
  readonly value?: unknown;
}

/** A decoded JSON patch. */
export interface JSONPatch {
  readonly operations: readonly JSONPatchOperation[];
  /** Texts about members of operations that mean nothing, such as `json patch unknown field "[0].foo"`. */
  readonly unknownFields: readonly string[];
}

/**
 * Reads a JSON patch. Throws a `StatusError`: 400 for what is not a list of operations, 413 for more than 10,000.
 */
export function decodeJSONPatch(value: unknown): JSONPatch {
  throw new Error(String(value));
}

/**
 * Applies a JSON patch to a JSON value, which is not changed; the result shares what the patch did not touch. Throws a 422
 * `StatusError` when an operation fails; its cause says which and why.
 */
export function applyJSONPatch(document: unknown, patch: JSONPatch): unknown {
  throw new Error(String(document) + String(patch));
}

/** 422 without detail, as upstream answers to an operation that fails. The reason is kept as the cause, for the log. */
export function newPatchFailed(why: string): StatusError {
  throw new Error(why);
}
