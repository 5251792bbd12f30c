import type { GroupVersionKind } from '../../../apimachinery/schema/group-version.ts';
import type { Schema } from '../../../apimachinery/schema/schema.ts';

/**
 * A named schema as both OpenAPI versions publish it, in neither one's syntax: nested definitions are named by `$ref`
 * (the bare name), beside which a description, a default and extensions may stand.
 */
export interface Definition extends Omit<Schema, '$id' | '$ref' | 'properties' | 'items' | 'additionalProperties'> {
  readonly $ref?: string;
  readonly properties?: { readonly [name: string]: Definition };
  readonly items?: Definition;
  readonly additionalProperties?: Definition | boolean;
  readonly 'x-kubernetes-group-version-kind'?: readonly GroupVersionKind[];
}

/** Definitions by name. */
export type Definitions = { readonly [name: string]: Definition };

/** The schemas that a definition consists of, one level down. */
export function childrenOf(definition: Definition): Definition[] {
  const { properties, items, additionalProperties } = definition;
  const children = Object.values(properties ?? {});
  if (items !== undefined) children.push(items);
  if (typeof additionalProperties === 'object') children.push(additionalProperties);
  return children;
}

/** The same definition with every schema one level down replaced. */
export function mapChildren(definition: Definition, map: (child: Definition) => object): { [member: string]: unknown } {
  const { properties, items, additionalProperties, ...rest } = definition;
  return {
    ...rest,
    ...(properties && {
      properties: Object.fromEntries(Object.entries(properties).map(([name, child]) => [name, map(child)])),
    }),
    ...(items && { items: map(items) }),
    ...(additionalProperties !== undefined && {
      additionalProperties: typeof additionalProperties === 'object' ? map(additionalProperties) : additionalProperties,
    }),
  };
}
