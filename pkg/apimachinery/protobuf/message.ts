import { type ScalarCodec, type ScalarType, scalarCodecs } from './scalars.ts';

/**
 * How a JSON object becomes a protobuf message and the other way round: what generated code would know, as data.
 *
 * Kubernetes' messages are proto2 as gogo's generator writes them from Go structs, so how a member is declared in Go decides what is on
 * the wire and in JSON. Source: `generated.proto` and `types.go` of k8s.io/api.
 */
export interface ProtobufMessage {
  /** Go's name of the type, for error texts. */
  readonly name: string;
  /** By ascending number, the order on the wire. */
  readonly fields: readonly ProtobufField[];
  readonly byTag: ReadonlyMap<number, ProtobufField>;
}

/** One member of a message. */
export interface ProtobufField {
  /** The member's name in JSON. */
  readonly name: string;
  readonly number: number;
  /** Number and wire type, as they stand before the value. */
  readonly tag: number;
  readonly presence: Presence;
  /** How the value is written; that of each for a list or a map. `undefined` for messages. */
  readonly scalar: ScalarCodec | undefined;
  readonly message: ProtobufMessage | undefined;
}

/**
 * When a member is there.
 *
 * - `value`: always on the wire; not in JSON when empty (Go: a value with `omitempty`).
 * - `required`: always in both (Go: a value).
 * - `optional`: on the wire when in JSON (Go: a pointer).
 * - `list`, `map`: repeated.
 * - `inline`: a message of its own on the wire, whose members are its parent's in JSON (Go: an embedded struct).
 */
export type Presence = 'value' | 'required' | 'optional' | 'list' | 'map' | 'inline';

/** What is in a member: a scalar or a message. */
export type ProtobufType = ScalarType | ProtobufMessage;

/** A type with a presence other than `value`. */
export interface PresentType {
  readonly presence: Presence;
  readonly type: ProtobufType;
}

/** Numbers and types of the members of a message. */
export type FieldTable = { readonly [member: string]: readonly [number: number, type: ProtobufType | PresentType] };

/** A message with the given members; those without a wrapper around their type are `value`s. */
export function message(name: string, table: FieldTable): ProtobufMessage {
  const fields = Object.entries(table)
    .map(([member, [number, type]]) => newField(member, number, type))
    .toSorted((a, b) => a.number - b.number);
  return { name, fields, byTag: new Map(fields.map((field) => [field.tag, field])) };
}

/** A value that JSON has even when it is empty. */
export function required(type: ProtobufType): PresentType {
  return { presence: 'required', type };
}

/** A value that may be absent, which is not the same as empty. */
export function optional(type: ProtobufType): PresentType {
  return { presence: 'optional', type };
}

/** Any number of values: a JSON array. */
export function list(type: ProtobufType): PresentType {
  return { presence: 'list', type };
}

/** Values by name: a JSON object. */
export function mapOf(type: ProtobufType): PresentType {
  return { presence: 'map', type };
}

/** A message whose members are those of its parent in JSON. */
export function inline(type: ProtobufMessage): PresentType {
  return { presence: 'inline', type };
}

function newField(name: string, number: number, declared: ProtobufType | PresentType): ProtobufField {
  const { presence, type } =
    typeof declared === 'object' && 'presence' in declared ? declared : { presence: 'value' as const, type: declared };
  const scalar = typeof type === 'string' ? scalarCodecs[type] : undefined;
  const wireType = presence === 'map' || scalar === undefined ? 2 : scalar.wireType;
  const tag = (number << 3) | wireType;
  return { name, number, tag, presence, scalar, message: typeof type === 'string' ? undefined : type };
}
