import { newBadRequest, newRequestEntityTooLarge } from '../errors/constructors.ts';
import { type DecodeJSONOptions } from '../runtime/decode-json.ts';
import { isJSONObject, type JSONObject } from '../runtime/json.ts';
import { toGoJSONKind } from '../runtime/json-kind.ts';
import type { JSONPatch, JSONPatchOperation } from './json-patch.ts';
import { decodePatchBody } from './decode-patch-body.ts';

const maxOperations = 10_000;
const operationMembers: readonly string[] = ['op', 'path', 'from', 'value'];

/**
 * Decodes the body of a JSON patch. Throws a `StatusError`: 400 for what is not a list of operations, 413 for more than 10,000. Whether
 * the operations make sense shows when they are applied.
 */
export function decodeJSONPatch(body: Uint8Array, options: DecodeJSONOptions = {}): JSONPatch {
  const { value, faults } = decodePatchBody(body, options);
  const items = value ?? [];
  if (!Array.isArray(items)) throw newWrongType(items, 'Go value of type []handlers.jsonPatchOp');
  if (items.length > maxOperations) {
    const limit = `The allowed maximum operations in a JSON patch is ${maxOperations}, got ${items.length}`;
    throw newRequestEntityTooLarge(limit);
  }
  const operations = items.map(toOperation);
  const unknown = options.findDuplicates === true ? items.flatMap(findUnknownMembers) : [];
  return { operations, faults: [...unknown, ...faults].map((fault) => `json patch ${fault}`) };
}

function toOperation(item: unknown): JSONPatchOperation {
  const operation = item ?? {};
  if (!isJSONObject(operation)) throw newWrongType(operation, 'Go value of type handlers.jsonPatchOp');
  return {
    op: toText(operation, 'op') ?? '',
    path: toText(operation, 'path'),
    from: toText(operation, 'from'),
    value: Object.hasOwn(operation, 'value') ? operation['value'] : null,
  };
}

function toText(operation: JSONObject, member: 'op' | 'path' | 'from'): string | undefined {
  const value = operation[member] ?? undefined;
  if (value === undefined || typeof value === 'string') return value;
  throw newWrongType(value, `Go struct field jsonPatchOp.${member} of type string`);
}

function findUnknownMembers(item: unknown, index: number): string[] {
  const names = Object.keys((item ?? {}) as JSONObject).filter((name) => !operationMembers.includes(name));
  return names.map((name) => `unknown field "[${index}].${name}"`);
}

function newWrongType(value: unknown, target: string): Error {
  return newBadRequest(`error decoding patch: json: cannot unmarshal ${toGoJSONKind(value)} into ${target}`);
}
