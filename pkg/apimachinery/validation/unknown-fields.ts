import { isJSONObject } from '../runtime/json.ts';
import { maxStrictErrors } from '../runtime/json-duplicates.ts';
import type { Schema } from '../schema/schema.ts';
import { keepsUnknownMembers, memberSchema, resolveSchema, toObjectSchema } from './object-schema.ts';

/**
 * Paths of members that the schema does not know, such as `spec.items[0].foo`, in document order, at most 100. `schema` describes the
 * members beside `apiVersion`, `kind` and `metadata`, which are looked into as well.
 */
export function findUnknownFields(object: unknown, schema: Schema): string[] {
  const found: string[] = [];
  collectUnknown(object, toObjectSchema(schema), { path: '', found });
  return found;
}

interface Place {
  readonly path: string;
  readonly found: string[];
}

function collectUnknown(value: unknown, schema: Schema, { path, found }: Place): void {
  if (found.length >= maxStrictErrors) return;
  if (Array.isArray(value)) {
    const items = schema.items && resolveSchema(schema.items);
    if (items === undefined) return;
    for (const [index, item] of value.entries()) collectUnknown(item, items, { path: `${path}[${index}]`, found });
    return;
  }
  if (!isJSONObject(value)) return;
  for (const [name, member] of Object.entries(value)) {
    const known = memberSchema(schema, name);
    const memberPath = path === '' ? name : `${path}.${name}`;
    if (known !== undefined) collectUnknown(member, known, { path: memberPath, found });
    else if (!keepsUnknownMembers(schema) && found.length < maxStrictErrors) found.push(memberPath);
  }
}
