import type { KubernetesObject, ObjectMeta } from '../../../apis/meta/v1/types.ts';

/**
 * A structural schema: the OpenAPI v3 subset that CustomResourceDefinitions use.
 *
 * A schema is plain data. Written as a literal `as const`, it also yields the TypeScript type (`FromSchema`), so a kind
 * is defined once; read from JSON at run time, it serves a kind that nobody compiled in.
 *
 * `$id` names a sub-schema: OpenAPI publishes it as a definition of that name, and `kubectl explain` shows its last part.
 */
export interface Schema {
  readonly $id?: string;
  /** Text of the definition that `$id` names; `description` is that of the member. */
  readonly $description?: string;
  readonly $ref?: SchemaReference;
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';
  readonly description?: string;
  readonly format?: 'int32' | 'int64' | 'byte' | 'date-time' | 'double';
  readonly default?: unknown;
  readonly enum?: readonly (string | number)[];
  readonly required?: readonly string[];
  readonly properties?: { readonly [name: string]: Schema };
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly nullable?: boolean;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly pattern?: string;
  readonly 'x-kubernetes-list-type'?: 'atomic' | 'set' | 'map';
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-map-type'?: 'atomic' | 'granular';
  readonly 'x-kubernetes-patch-strategy'?: string;
  readonly 'x-kubernetes-patch-merge-key'?: string;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
  readonly 'x-kubernetes-int-or-string'?: boolean;
}

/** Definitions that every server has, with the TypeScript type of each. */
export interface SchemaReferences {
  'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta': ObjectMeta;
  'io.k8s.apimachinery.pkg.apis.meta.v1.Time': string;
  'io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime': string;
}

/** Name of a definition that every server has. */
export type SchemaReference = keyof SchemaReferences;

type Expand<T> = { [K in keyof T]: T[K] };

type PropertiesOf<P, R extends PropertyKey> = Expand<
  { -readonly [K in keyof P as K extends R ? K : never]: FromSchema<P[K]> } & {
    -readonly [K in keyof P as K extends R ? never : K]?: FromSchema<P[K]>;
  }
>;

type RequiredOf<S> = S extends { readonly required: readonly (infer R extends PropertyKey)[] } ? R : never;

/** The TypeScript type of the values that a schema literal describes. */
export type FromSchema<S> = S extends { readonly $ref: infer R extends SchemaReference }
  ? SchemaReferences[R]
  : S extends { readonly enum: readonly (infer E)[] }
    ? E
    : S extends { readonly 'x-kubernetes-int-or-string': true }
      ? string | number
      : S extends { readonly type: 'string' }
        ? string
        : S extends { readonly type: 'integer' | 'number' }
          ? number
          : S extends { readonly type: 'boolean' }
            ? boolean
            : S extends { readonly type: 'array'; readonly items: infer I }
              ? FromSchema<I>[]
              : S extends { readonly type: 'object'; readonly properties: infer P }
                ? PropertiesOf<P, RequiredOf<S>>
                : S extends { readonly type: 'object'; readonly additionalProperties: infer A extends Schema }
                  ? Record<string, FromSchema<A>>
                  : unknown;

/** The TypeScript type of a kind: its schema's members beside `apiVersion`, `kind` and `metadata`. */
export type ObjectFromSchema<S> = KubernetesObject & FromSchema<S>;
