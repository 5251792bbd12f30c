import { compareUTF8 } from '../../runtime/compare.ts';
import type { Schema } from '../../schema/schema.ts';
import { objectMetaSchema } from '../../validation/object-meta-schema.ts';
import { memberSchema, resolveSchema } from '../../validation/object-schema.ts';
import { deducedType } from './deduced-type.ts';
import type { FieldType, ListKey, ListType, MapType, ScalarType } from './field-type.ts';
import { ownedObjectMetaSchema } from './object-meta-ownership.ts';

// Rules: kube-openapi `pkg/schemaconv`.

const stringSchema: Schema = { type: 'string' };

/**
 * The type of whole objects, from the schema of the members beside `apiVersion`, `kind` and `metadata`; without a schema everything
 * is deduced. Costs a walk over the schema: do it once per kind.
 */
export function newObjectType(schema: Schema | undefined): FieldType {
  if (schema === undefined) return deducedType;
  const properties = {
    apiVersion: stringSchema,
    kind: stringSchema,
    metadata: objectMetaSchema,
    ...resolveSchema(schema).properties,
  };
  return compileType({ ...schema, type: 'object', properties });
}

/** The type of a field, from its schema. `isOpen`: the field is inside one that preserves unknown fields. */
export function compileType(source: Schema, isOpen = false): FieldType {
  const resolved = resolveSchema(source);
  const schema = resolved === objectMetaSchema ? ownedObjectMetaSchema : resolved;
  if (schema['x-kubernetes-int-or-string'] === true) return { scalar: 'untyped' };
  const open = isOpen || schema['x-kubernetes-preserve-unknown-fields'] === true;
  if (schema.type === undefined) {
    return { scalar: 'untyped', list: compileList(schema, open), map: compileMap(schema, open) };
  }
  if (schema.type === 'object') return { map: compileMap(schema, open) };
  if (schema.type === 'array') return { list: compileList(schema, open) };
  return { scalar: compileScalar(schema) };
}

function compileScalar({ type, format }: Schema): ScalarType {
  if (type === 'integer' || type === 'number') return 'numeric';
  if (type === 'boolean') return 'boolean';
  // Whoever gives text a format may write it in another way than it was sent, or as a number.
  return format === undefined || format === 'byte' ? 'string' : 'untyped';
}

function compileMap(schema: Schema, open: boolean): MapType {
  const properties = Object.entries(schema.properties ?? {});
  return {
    relationship: schema['x-kubernetes-map-type'] === 'atomic' ? 'atomic' : 'separable',
    fields: new Map(properties.map(([name, property]) => [name, compileType(property, open)])),
    element: compileElement(schema, open),
  };
}

function compileElement({ additionalProperties, properties }: Schema, open: boolean): FieldType | undefined {
  if (typeof additionalProperties === 'object') return compileType(additionalProperties, open);
  if (additionalProperties !== undefined) return additionalProperties ? deducedType : undefined;
  // An object of which nothing is said may hold anything.
  const isFreeForm = open || Object.keys(properties ?? {}).length === 0;
  return isFreeForm ? deducedType : undefined;
}

function compileList(schema: Schema, open: boolean): ListType {
  const items = schema.items === undefined ? undefined : resolveSchema(schema.items);
  const element = items === undefined ? deducedType : compileType(items, open);
  const keyNames = findKeyNames(schema);
  if (keyNames === undefined) return { relationship: 'atomic', element, keys: [], keyNames: [] };
  const keys = keyNames.toSorted(compareUTF8).map((name) => compileKey(name, items));
  return { relationship: 'associative', element, keys, keyNames };
}

function compileKey(name: string, items: Schema | undefined): ListKey {
  const property = items && memberSchema(items, name);
  return { name, prefix: `${JSON.stringify(name)}:`, default: property?.default };
}

// `undefined` is an atomic list, no names a set.
function findKeyNames(schema: Schema): readonly string[] | undefined {
  switch (schema['x-kubernetes-list-type']) {
    case 'atomic':
      return undefined;
    case 'set':
      return [];
    case 'map':
      return schema['x-kubernetes-list-map-keys'] ?? [];
    case undefined:
      break;
  }
  const strategy = schema['x-kubernetes-patch-strategy'];
  if (strategy !== 'merge' && strategy !== 'merge,retainKeys') return undefined;
  const key = schema['x-kubernetes-patch-merge-key'];
  return key === undefined ? [] : [key];
}
