import { newBadRequest } from '../errors/constructors.ts';
import type { DecodeJSONOptions } from '../runtime/decode-json.ts';
import { isJSONObject, type JSONObject } from '../runtime/json.ts';
import { toGoJSONKind } from '../runtime/json-kind.ts';
import type { Schema } from '../schema/schema.ts';
import { toObjectSchema } from '../validation/object-schema.ts';
import { decodePatchBody } from './decode-patch-body.ts';
import type { MergePatch } from './merge-patch.ts';
import { mergeObject } from './strategic-merge.ts';

/** Decodes the body of a strategic merge patch. Throws a 400 `StatusError` for what is not an object. */
export function decodeStrategicMergePatch(body: Uint8Array, options: DecodeJSONOptions = {}): MergePatch {
  const { value, faults } = decodePatchBody(body, options);
  const patch = value ?? {};
  if (isJSONObject(patch)) return { patch, faults };
  throw newBadRequest(`json: cannot unmarshal ${toGoJSONKind(value)} into Go value of type map[string]interface {}`);
}

/**
 * Applies a strategic merge patch to an object, which is not changed; the result shares what the patch did not touch. `schema` describes
 * the members beside `apiVersion`, `kind` and `metadata`, and says which lists are merged by which key. Throws a `StatusError` for a patch
 * that cannot be merged: 400 for malformed directives, 422 for lists of lists, 500 (as upstream) for the rest.
 */
export function applyStrategicMergePatch(document: unknown, patch: JSONObject, schema: Schema): JSONObject {
  return mergeObject(isJSONObject(document) ? document : {}, patch, toObjectSchema(schema));
}
