import { findBase64Error } from '../runtime/go-base64.ts';
import type { Schema } from '../schema/schema.ts';
import { findTimeError } from '../time/go-time-error.ts';
import { resolveSchema } from './object-schema.ts';

/** A JSON Schema as Ajv takes it. */
export type JSONSchema = { [keyword: string]: unknown };

// Keywords that mean the same in both. Unknown members are the business of pruning, not of validation.
const sharedKeywords = [
  'enum',
  'required',
  'minimum',
  'maximum',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'pattern',
  'format',
] as const;

/** Translates a structural schema to JSON Schema: `nullable` and `x-kubernetes-int-or-string` become types, and a time may be `null`. */
export function toJSONSchema(source: Schema): JSONSchema {
  const schema = resolveSchema(source);
  const result: JSONSchema = {};
  for (const keyword of sharedKeywords) if (schema[keyword] !== undefined) result[keyword] = schema[keyword];
  const types = schema['x-kubernetes-int-or-string'] === true ? ['integer', 'string'] : (schema.type ?? []);
  // What a client sends as `null` is gone by now; where one is left, it is the zero time, as Go writes it.
  const isTime = schema.format === 'date-time' && source.$ref !== undefined;
  const allTypes = [...[types].flat(), ...(schema.nullable === true || isTime ? ['null'] : [])];
  if (types.length > 0) result['type'] = allTypes;
  if (schema.nullable === true && schema.enum !== undefined) result['enum'] = [...schema.enum, null];
  if (schema.items !== undefined) result['items'] = toJSONSchema(schema.items);
  if (typeof schema.additionalProperties === 'object') {
    result['additionalProperties'] = toJSONSchema(schema.additionalProperties);
  }
  const properties = Object.entries(schema.properties ?? {});
  if (properties.length > 0) {
    result['properties'] = Object.fromEntries(properties.map(([name, property]) => [name, toJSONSchema(property)]));
  }
  return result;
}

/** What the formats of a structural schema demand. */
export const formats = {
  byte: (text: string): boolean => findBase64Error(text, 'std') === undefined,
  'date-time': (text: string): boolean => findTimeError(text) === undefined,
  int32: { type: 'number', validate: (value: number): boolean => value === Math.trunc(value) >> 0 },
  int64: true,
  double: true,
} as const;
