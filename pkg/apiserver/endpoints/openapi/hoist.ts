import { isDeepStrictEqual } from 'node:util';
import type { Schema } from '../../../apimachinery/schema/schema.ts';
import type { Definition } from './definition.ts';

/** A schema that may tell a named definition's own text apart from that of the field which has it as its type. */
type DescribedSchema = Schema & { readonly $description?: string };

/** Members that belong to the place where a named schema is used, not to the definition. */
const fieldMembers: ReadonlySet<string> = new Set([
  'description',
  'default',
  'nullable',
  'x-kubernetes-patch-strategy',
  'x-kubernetes-patch-merge-key',
]);

/**
 * Replaces every nested schema that has an `$id` by a reference, and collects it as a definition of that name.
 *
 * Such a schema's `description` is the field's; the definition's own text is `$description`. Throws a `TypeError` when one
 * name stands for two different schemas.
 */
export function hoist(schema: Schema, definitions: Map<string, Definition>): Definition {
  if (schema.$id === undefined) return hoistChildren(schema, definitions);
  const { $id, $description, ...members } = schema as DescribedSchema & { readonly $id: string };
  const own = Object.entries(members).filter(([name]) => !fieldMembers.has(name));
  const definition = hoistChildren(Object.fromEntries(own), definitions);
  addDefinition(
    definitions,
    $id,
    $description === undefined ? definition : { description: $description, ...definition },
  );
  const field = Object.entries(members).filter(([name]) => fieldMembers.has(name));
  return { ...Object.fromEntries(field), $ref: $id };
}

/** Replaces the named schemas inside of a schema, but not the schema itself. */
export function hoistChildren(schema: Schema, definitions: Map<string, Definition>): Definition {
  const { $id: _name, properties, items, additionalProperties, ...rest } = schema;
  return {
    ...rest,
    ...(properties && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([name, child]) => [name, hoist(child, definitions)]),
      ),
    }),
    ...(items && { items: hoist(items, definitions) }),
    ...(additionalProperties !== undefined && {
      additionalProperties:
        typeof additionalProperties === 'object' ? hoist(additionalProperties, definitions) : additionalProperties,
    }),
  };
}

/** Adds a definition. Throws a `TypeError` when the name is taken by a different one. */
export function addDefinition(definitions: Map<string, Definition>, name: string, definition: Definition): void {
  const known = definitions.get(name);
  if (known !== undefined && !isDeepStrictEqual(known, definition)) {
    throw new TypeError(`OpenAPI definition ${name} has two different schemas`);
  }
  definitions.set(name, definition);
}
