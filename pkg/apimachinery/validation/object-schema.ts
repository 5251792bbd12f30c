import type { Schema, SchemaReference } from '../schema/schema.ts';
import { objectMetaSchema, timeSchema } from './object-meta-schema.ts';

const references: Readonly<Record<SchemaReference, Schema>> = {
  'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta': objectMetaSchema,
  'io.k8s.apimachinery.pkg.apis.meta.v1.Time': timeSchema,
  'io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime': timeSchema,
};

/** The schema that a reference stands for; any other schema is itself. */
export function resolveSchema(schema: Schema): Schema {
  return schema.$ref === undefined ? schema : references[schema.$ref];
}

const typeMeta: Readonly<Record<string, Schema>> = {
  kind: { type: 'string' },
  apiVersion: { type: 'string' },
  metadata: objectMetaSchema,
};

/** The schema of whole objects, from the schema of the members beside `apiVersion`, `kind` and `metadata`. */
export function toObjectSchema(schema: Schema): Schema {
  return { ...schema, properties: { ...typeMeta, ...schema.properties } };
}

/** The schema of a member, or `undefined` when the schema does not know it. */
export function memberSchema(schema: Schema, name: string): Schema | undefined {
  const { properties, additionalProperties } = schema;
  const declared = properties !== undefined && Object.hasOwn(properties, name) ? properties[name] : undefined;
  const found = declared ?? (typeof additionalProperties === 'object' ? additionalProperties : undefined);
  return found && resolveSchema(found);
}

/** Tells whether a schema takes any member: free-form objects lose nothing. */
export function keepsUnknownMembers(schema: Schema): boolean {
  if (schema['x-kubernetes-preserve-unknown-fields'] === true || schema.additionalProperties === true) return true;
  return schema.type === undefined && schema.properties === undefined && schema.additionalProperties === undefined;
}
