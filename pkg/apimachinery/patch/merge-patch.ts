import { newBadRequest } from '../errors/constructors.ts';
import { getMember, isJSONObject, type JSONObject, setMember } from '../runtime/json.ts';
import { toGoJSONKind } from '../runtime/json-kind.ts';

/** Reads a merge patch. Throws a 400 `StatusError` for what is not an object. */
export function decodeMergePatch(value: unknown): JSONObject {
  if (value === null) return {};
  if (isJSONObject(value)) return value;
  const kind = toGoJSONKind(value);
  throw newBadRequest(
    `error decoding patch: json: cannot unmarshal ${kind} into Go value of type map[string]interface {}`,
  );
}

/** Applies a merge patch (RFC 7386) to a JSON value, which is not changed; the result shares what the patch did not touch. */
export function applyMergePatch(document: unknown, patch: unknown): unknown {
  if (!isJSONObject(patch)) return patch;
  const result: JSONObject = {};
  const target = isJSONObject(document) ? document : {};
  for (const [name, value] of Object.entries(target)) {
    if (!Object.hasOwn(patch, name)) setMember(result, name, value);
    else if (patch[name] !== null) setMember(result, name, applyMergePatch(value, patch[name]));
  }
  for (const [name, value] of Object.entries(patch)) {
    if (value !== null && getMember(target, name) === undefined)
      setMember(result, name, applyMergePatch(undefined, value));
  }
  return result;
}
