import { compareUTF8 } from '../runtime/compare.ts';
import { getMember, isJSONObject, type JSONObject, setMember } from '../runtime/json.ts';
import type { Schema } from '../schema/schema.ts';
import type { FieldError } from './field-error.ts';
import { toGoString } from './go-string.ts';
import { memberSchema, resolveSchema } from './object-schema.ts';

const maxErrors = 100;

/**
 * Faults of lists that are sets or maps (`x-kubernetes-list-type`): items, or their keys, that appear twice. At most 100. The structure has
 * been checked.
 */
export function validateListTypes(object: unknown, schema: Schema): FieldError[] {
  const errors: FieldError[] = [];
  collect(object, resolveSchema(schema), { field: '', errors });
  return errors;
}

interface Place {
  readonly field: string;
  readonly errors: FieldError[];
}

function collect(value: unknown, schema: Schema, { field, errors }: Place): void {
  if (Array.isArray(value)) {
    collectDuplicates(value, schema, { field, errors });
    const items = schema.items && resolveSchema(schema.items);
    if (items === undefined) return;
    for (const [index, item] of value.entries()) collect(item, items, { field: `${field}[${index}]`, errors });
  } else if (isJSONObject(value)) {
    for (const [name, member] of Object.entries(value)) {
      const known = memberSchema(schema, name);
      if (known !== undefined) collect(member, known, { field: field === '' ? name : `${field}.${name}`, errors });
    }
  }
}

function collectDuplicates(items: readonly unknown[], schema: Schema, { field, errors }: Place): void {
  const type = schema['x-kubernetes-list-type'];
  if (type !== 'set' && type !== 'map') return;
  const seen = new Set<string>();
  for (const [index, item] of items.entries()) {
    const identity = type === 'set' ? item : pickKeys(item, schema['x-kubernetes-list-map-keys'] ?? []);
    const text = JSON.stringify(sortMembers(identity));
    if (seen.has(text) && errors.length < maxErrors) {
      errors.push({
        reason: 'FieldValueDuplicate',
        field: `${field}[${index}]`,
        value: toGoString(identity),
        detail: '',
      });
    }
    seen.add(text);
  }
}

// Keys that are absent count as absent: two items without them are the same.
function pickKeys(item: unknown, keys: readonly string[]): JSONObject {
  const picked: JSONObject = {};
  if (!isJSONObject(item)) return picked;
  for (const key of keys.toSorted(compareUTF8)) {
    const value = getMember(item, key);
    if (value !== undefined) setMember(picked, key, value);
  }
  return picked;
}

function sortMembers(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortMembers);
  if (!isJSONObject(value)) return value;
  const sorted: JSONObject = {};
  for (const name of Object.keys(value).toSorted(compareUTF8)) setMember(sorted, name, sortMembers(value[name]));
  return sorted;
}
