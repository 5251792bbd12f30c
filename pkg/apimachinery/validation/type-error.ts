import { findBase64Error } from '../runtime/go-base64.ts';
import { isJSONObject } from '../runtime/json.ts';
import { toGoJSONKind } from '../runtime/json-kind.ts';
import type { Schema } from '../schema/schema.ts';
import { findTimeError } from '../time/go-time-error.ts';
import { toGoTypeName } from './go-type-name.ts';
import { memberSchema, resolveSchema, toObjectSchema } from './object-schema.ts';

/**
 * Go's text for the first value of the wrong JSON type in document order, such as `json: cannot unmarshal number into Go struct field
 * ConfigMap.data of type string`, or `undefined`. `schema` describes the members beside `apiVersion`, `kind` and `metadata`.
 */
export function findTypeError(object: unknown, schema: Schema, kind: string): string | undefined {
  const root = toObjectSchema({ ...schema, $id: schema.$id ?? kind });
  return check(object, root, { struct: kind, fields: '' });
}

/** Where a value stands, as Go names it: the innermost struct, and the struct fields on the way without keys and indices. */
interface Place {
  readonly struct: string;
  readonly fields: string;
}

function check(value: unknown, schema: Schema, place: Place): string | undefined {
  if (value === null || value === undefined) return undefined;
  if (schema['x-kubernetes-int-or-string'] === true && typeof value === 'string') return undefined;
  const fault = checkValue(value, schema);
  if (fault !== undefined) return toMessage(fault, place);
  if (typeof value === 'string') return findFormatError(value, schema);
  if (Array.isArray(value)) return checkItems(value, schema, place);
  return isJSONObject(value) ? checkMembers(value, schema, place) : undefined;
}

// Formats of which Go has types of its own.
function findFormatError(text: string, { format }: Schema): string | undefined {
  if (format === 'byte') return findBase64Error(text, 'std');
  return format === 'date-time' ? findTimeError(text) : undefined;
}

function checkItems(items: readonly unknown[], schema: Schema, place: Place): string | undefined {
  const known = schema.items && resolveSchema(schema.items);
  if (known === undefined) return undefined;
  for (const item of items) {
    const error = check(item, known, place);
    if (error !== undefined) return error;
  }
  return undefined;
}

function checkMembers(value: Record<string, unknown>, schema: Schema, place: Place): string | undefined {
  for (const [name, member] of Object.entries(value)) {
    const known = memberSchema(schema, name);
    if (known === undefined) continue;
    const isField = Object.hasOwn(schema.properties ?? {}, name);
    const error = check(member, known, isField ? enter(place, schema, name) : place);
    if (error !== undefined) return error;
  }
  return undefined;
}

function enter(place: Place, schema: Schema, name: string): Place {
  const struct = schema.$id?.split('.').at(-1) ?? '';
  return { struct, fields: place.fields === '' ? name : `${place.fields}.${name}` };
}

interface Fault {
  readonly found: string;
  readonly type: string;
}

const kindsOfTypes = { string: 'string', boolean: 'bool', number: 'number', array: 'array', object: 'object' } as const;

function checkValue(value: unknown, schema: Schema): Fault | undefined {
  if (schema.type === undefined && schema['x-kubernetes-int-or-string'] !== true) return undefined;
  const found = toGoJSONKind(value);
  const type = toGoTypeName(schema);
  if (schema.type !== undefined && schema.type !== 'integer') {
    return found === kindsOfTypes[schema.type] ? undefined : { found, type };
  }
  if (found !== 'number') return { found, type };
  return isInteger(value, type) ? undefined : { found: `number ${JSON.stringify(value)}`, type };
}

function isInteger(value: unknown, type: string): boolean {
  if (!Number.isInteger(value)) return false;
  return type !== 'int32' || value === Math.trunc(Number(value)) >> 0;
}

function toMessage({ found, type }: Fault, { struct, fields }: Place): string {
  const target = fields === '' ? 'Go value' : `Go struct field ${struct}.${fields}`;
  return `json: cannot unmarshal ${found} into ${target} of type ${type}`;
}
