import type { Definition } from './definition.ts';
import { mapChildren } from './definition.ts';
import { isExtension, orderMembers } from './schema-members.ts';

/**
 * A schema in OpenAPI v2, within the limits of the parser in kubectl up to 1.26, which rejects a whole document for one
 * schema that it does not understand: no default, no type beside a reference, `items` in every array, and nothing that
 * makes client-side validation refuse what the server takes.
 */
export function toSchemaV2(definition: Definition): object {
  const { default: _default, nullable, $ref, ...members } = definition;
  if ($ref !== undefined) {
    return orderMembers({ ...toAnnotations(definition), $ref: `#/definitions/${$ref}` });
  }
  // OpenAPI v2 cannot say "or null": validation must leave the value alone.
  if (nullable === true) return orderMembers(toAnnotations(definition));
  if (members['x-kubernetes-int-or-string'] === true) return orderMembers(toAnnotations(definition));
  const schema = mapChildren(takesUnknownMembers(members) ? withoutMembers(members) : members, toSchemaV2);
  if (members.type === 'array' && members.items === undefined) schema['items'] = {};
  return orderMembers(schema);
}

/** What describes a value without restricting it. */
function toAnnotations(definition: Definition): { [member: string]: unknown } {
  const entries = Object.entries(definition).filter(([name]) => name === 'description' || isExtension(name));
  return Object.fromEntries(entries);
}

/** Clients take listed properties for all that there are. */
function takesUnknownMembers(definition: Definition): boolean {
  return (
    definition['x-kubernetes-preserve-unknown-fields'] === true ||
    (definition.properties !== undefined && Boolean(definition.additionalProperties))
  );
}

function withoutMembers(definition: Definition): Definition {
  const { properties: _properties, required: _required, additionalProperties: _additional, ...rest } = definition;
  return rest;
}
