import { compareUTF8 } from '../runtime/compare.ts';
import { cloneJSON, getMember, isJSONObject, type JSONObject, setMember } from '../runtime/json.ts';
import type { Schema } from '../schema/schema.ts';
import { objectMetaSchema } from './object-meta-schema.ts';
import { keepsUnknownMembers, memberSchema, resolveSchema, toObjectSchema } from './object-schema.ts';

/**
 * A copy of the object as Go would hold it after decoding: without members that the schema does not know, `null` as the zero value,
 * empty members of `metadata` left out, members in the order of the schema, entries of maps in byte order. `schema` describes the
 * members beside `apiVersion`, `kind` and `metadata`.
 */
export function pruneObject<T>(object: T, schema: Schema): T {
  return pruneValue(object, toObjectSchema(schema)) as T;
}

function pruneValue(value: unknown, schema: Schema): unknown {
  if (Array.isArray(value)) {
    const items = schema.items && resolveSchema(schema.items);
    return items === undefined ? cloneJSON(value) : value.map((item) => pruneElement(item, items));
  }
  if (!isJSONObject(value)) return value;
  const result: JSONObject = {};
  for (const name of Object.keys(schema.properties ?? {})) pruneMember({ value, result, schema }, name);
  if (schema.properties === undefined || hasMoreMembers(value, schema)) pruneEntries({ value, result, schema });
  return schema === objectMetaSchema ? dropEmptyMembers(result) : result;
}

interface Copy {
  readonly value: JSONObject;
  readonly result: JSONObject;
  readonly schema: Schema;
}

function pruneMember({ value, result, schema }: Copy, name: string): void {
  const member = getMember(value, name);
  const known = memberSchema(schema, name);
  if (member === undefined || known === undefined) return;
  if (member === null && known.nullable !== true && !keepsUnknownMembers(known)) return;
  setMember(result, name, pruneValue(member, known));
}

function hasMoreMembers(value: JSONObject, schema: Schema): boolean {
  return keepsUnknownMembers(schema) || (typeof schema.additionalProperties === 'object' && isJSONObject(value));
}

// Members that the schema does not name one by one: the entries of a map, or what a free-form object holds.
function pruneEntries({ value, result, schema }: Copy): void {
  for (const name of Object.keys(value).toSorted(compareUTF8)) {
    if (Object.hasOwn(schema.properties ?? {}, name)) continue;
    const known = memberSchema(schema, name);
    if (known !== undefined) setMember(result, name, pruneElement(value[name], known));
    else if (keepsUnknownMembers(schema)) setMember(result, name, cloneJSON(value[name]));
  }
}

// A `null` in a list or map of values cannot be left out; Go makes it the zero value.
function pruneElement(value: unknown, schema: Schema): unknown {
  if (value !== null || schema.nullable === true || keepsUnknownMembers(schema)) return pruneValue(value, schema);
  return schema.type === 'object' ? {} : zeroValues.get(schema.type);
}

const zeroValues: ReadonlyMap<Schema['type'], unknown> = new Map<Schema['type'], unknown>([
  ['string', ''],
  ['integer', 0],
  ['number', 0],
  ['boolean', false],
  ['array', null],
]);

function dropEmptyMembers(meta: JSONObject): JSONObject {
  for (const [name, value] of Object.entries(meta)) {
    // An empty list of managers is a wish: that the object forgets them all.
    if (name === 'managedFields') continue;
    const isEmptyContainer = typeof value === 'object' && value !== null && Object.keys(value).length === 0;
    if (value === '' || value === 0 || value === null || isEmptyContainer) delete meta[name];
  }
  return meta;
}
