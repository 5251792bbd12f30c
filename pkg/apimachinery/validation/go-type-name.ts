import type { Schema } from '../schema/schema.ts';
import { resolveSchema } from './object-schema.ts';

/** The Go type that a schema stands for, as Go's decoding errors print it: `string`, `int32`, `map[string]string`, `v1.Spec`. */
export function toGoTypeName(schema: Schema): string {
  if (schema['x-kubernetes-int-or-string'] === true) return 'int32';
  switch (schema.type) {
    case 'string':
      return schema.format === 'byte' ? '[]uint8' : 'string';
    case 'boolean':
      return 'bool';
    case 'number':
      return 'float64';
    case 'integer':
      return schema.format ?? 'int64';
    case 'array':
      return `[]${schema.items === undefined ? 'interface {}' : toGoTypeName(resolveSchema(schema.items))}`;
    case 'object':
      return toGoObjectName(schema);
    default:
      return 'interface {}';
  }
}

// A struct is named by its package and its own name: the last two parts of the definition's name.
function toGoObjectName({ $id: id, additionalProperties: values }: Schema): string {
  if (id !== undefined) return id.split('.').slice(-2).join('.');
  const element = typeof values === 'object' ? toGoTypeName(resolveSchema(values)) : 'interface {}';
  return `map[string]${element}`;
}
