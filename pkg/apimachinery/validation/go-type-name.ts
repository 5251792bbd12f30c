import type { Schema } from '../schema/schema.ts';
import { resolveSchema } from './object-schema.ts';

/** The Go type that a schema stands for, as Go's decoding errors print it: `string`, `int32`, `map[string]string`, `v1.Spec`. */
export function toGoTypeName(schema: Schema): string {
  const { type, format, items } = schema;
  if (schema['x-kubernetes-int-or-string'] === true) return 'int32';
  if (type === 'string') return format === 'byte' ? '[]uint8' : 'string';
  if (type === 'boolean') return 'bool';
  if (type === 'number') return 'float64';
  if (type === 'integer') return format ?? 'int64';
  if (type === 'array') return `[]${items === undefined ? 'interface {}' : toGoTypeName(resolveSchema(items))}`;
  return type === 'object' ? toGoObjectName(schema) : 'interface {}';
}

// A struct is named by its package and its own name: the last two parts of the definition's name.
function toGoObjectName({ $id: id, additionalProperties: values }: Schema): string {
  if (id !== undefined) return id.split('.').slice(-2).join('.');
  const element = typeof values === 'object' ? toGoTypeName(resolveSchema(values)) : 'interface {}';
  return `map[string]${element}`;
}
