import { newBadRequest } from '../errors/constructors.ts';
import type { DecodeJSONOptions } from '../runtime/decode-json.ts';
import { getMember, isJSONObject, type JSONObject, setMember } from '../runtime/json.ts';
import { toGoJSONKind } from '../runtime/json-kind.ts';
import { decodePatchBody } from './decode-patch-body.ts';

/** A decoded merge patch. */
export interface MergePatch {
  readonly patch: JSONObject;
  /** Texts about members that appear twice, such as `duplicate field "spec.foo"`. */
  readonly faults: readonly string[];
}

/** Decodes the body of a merge patch. Throws a 400 `StatusError` for what is not an object. */
export function decodeMergePatch(body: Uint8Array, options: DecodeJSONOptions = {}): MergePatch {
  const { value, faults } = decodePatchBody(body, options);
  const patch = value ?? {};
  if (isJSONObject(patch)) return { patch, faults };
  const kind = toGoJSONKind(value);
  throw newBadRequest(
    `error decoding patch: json: cannot unmarshal ${kind} into Go value of type map[string]interface {}`,
  );
}

/** Applies a merge patch (RFC 7386) to a JSON value, which is not changed; the result shares what the patch did not touch. */
export function applyMergePatch(document: unknown, patch: unknown): unknown {
  if (!isJSONObject(patch)) return patch;
  const target = isJSONObject(document) ? document : {};
  const result: JSONObject = {};
  for (const [name, value] of Object.entries(target)) {
    const change = getMember(patch, name);
    if (change === undefined) setMember(result, name, value);
    else if (change !== null) setMember(result, name, applyMergePatch(value, change));
  }
  for (const [name, value] of Object.entries(patch)) {
    if (value !== null && !Object.hasOwn(target, name)) setMember(result, name, applyMergePatch(undefined, value));
  }
  return result;
}
