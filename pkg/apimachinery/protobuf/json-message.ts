/** A field number and the type of what is in it. */
export type Field = readonly [number: number, type: string];

/** Field numbers of the named members of a JSON object, ascending. */
export type Fields = { readonly [member: string]: Field };

/** Field numbers of the members of a JSON object that have no field of their own: repeated name and value pairs. */
export interface OtherFields {
  /** Members whose names start with `x-`. */
  readonly extensions?: Field;
  /** All the rest. */
  readonly rest?: Field;
}

/**
 * How a JSON value becomes a protobuf message: what a generated type would know, as data.
 *
 * A type is `string`, `bool`, `double` or `int64`, `any` (an arbitrary value, carried as YAML text), or the name of
 * another message of the same table. With `[]` it is repeated.
 */
export type JSONMessage =
  /** A JSON object. */
  | { readonly form: 'object'; readonly fields: ReadonlyMap<string, Field>; readonly others: OtherFields }
  /** A `oneof`: `select` tells the field number by the value, 0 for none; branch `n` is `branches[n - 1]`. */
  | { readonly form: 'choice'; readonly branches: readonly string[]; select(value: unknown): number }
  /** One repeated field, number 1, for a value or an array of values. */
  | { readonly form: 'list'; readonly of: string };

/** The messages of one format by name. */
export type JSONMessages = { readonly [name: string]: JSONMessage };

/** A message for a JSON object. */
export function object(fields: Fields, others: OtherFields = {}): JSONMessage {
  return { form: 'object', fields: new Map(Object.entries(fields)), others };
}

/** A message for a JSON object whose members are all of one type. */
export function mapOf(type: string): JSONMessage {
  return object({}, { rest: [1, type] });
}

/** Where a message has its extensions. */
export function extensions(number: number): OtherFields {
  return { extensions: [number, 'any'] };
}

/** A `oneof` message. */
export function choice(select: (value: unknown) => number, branches: readonly string[]): JSONMessage {
  return { form: 'choice', branches, select };
}

/** A message with one repeated field. */
export function listOf(type: string): JSONMessage {
  return { form: 'list', of: type };
}

/** A `oneof` of something itself (1) and a `$ref` to it (2). */
export function orReference(type: string, reference: string): JSONMessage {
  return choice((value) => (memberOf(value, '$ref') === undefined ? 1 : 2), [type, reference]);
}

/** A `oneof` of a schema (1) and a boolean (2). */
export function orBoolean(type: string): JSONMessage {
  return choice((value) => (typeof value === 'boolean' ? 2 : 1), [type, 'bool']);
}

/** A member of a JSON object, `undefined` for anything else. */
export function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined;
}
