import type { Unstructured } from '../../../apis/meta/v1/types.ts';
import type { StatusError } from '../errors/status-error.ts';
import { loadCodec } from '../protobuf/load-codec.ts';
import type { ProtobufMessage } from '../protobuf/message.ts';
import { ProtobufSyntaxError } from '../protobuf/wire.ts';
import { type GroupVersionKind, parseAPIVersion, toAPIVersion } from '../schema/group-version.ts';
import type { Schema } from '../schema/schema.ts';
import { toGoQuoted } from '../validation/go-string.ts';
import { pruneObject } from '../validation/prune.ts';
import { findTypeError } from '../validation/type-error.ts';
import { findUnknownFields } from '../validation/unknown-fields.ts';
import { decodeYAML, toDuplicateKeysText, YAMLSyntaxError } from '../yaml/parse.ts';
import {
  newUnhandledObject,
  newUnrecognizedObject,
  newVersionMismatch,
  toKindErrorText,
  toNotRegisteredText,
  toStrictErrorText,
} from './decode-errors.ts';
import { decodeJSON, JSONSyntaxError } from './decode-json.ts';
import { isJSONObject, type JSONObject } from './json.ts';
import { toGoJSONKind } from './json-kind.ts';
import type { MediaType } from './media-type.ts';
import type { FieldValidation } from './options.ts';

/** A request body and what it should be. */
export interface DecodeRequest {
  readonly body: Uint8Array;
  readonly mediaType: MediaType;
  /** What the body is expected to be; also what it is when it does not say. */
  readonly expected: GroupVersionKind;
  /** Structure of the members beside `apiVersion`, `kind` and `metadata`. */
  readonly schema: Schema;
  /** The same in protobuf, for a body of that media type. */
  readonly protobuf?: ProtobufMessage | undefined;
  /** Does not concern protobuf, where what is not known has no name. */
  readonly fieldValidation: FieldValidation;
  /** Whether another kind is served here; chooses between error texts. Default: none is. */
  isRegistered?(gvk: GroupVersionKind): boolean;
}

/** A decoded request body. */
export interface DecodedObject {
  /** Private to the caller, without unknown members, members in the order of the schema. `metadata` is there. */
  readonly object: Unstructured;
  /** Texts for `Warning` headers, such as `unknown field "spec.foo"`. */
  readonly warnings: readonly string[];
}

/**
 * Decodes the body of a create or update request. Throws a 400 `StatusError` with upstream's text for everything that is not an
 * object of the expected kind, and under `Strict` for unknown and duplicate members.
 */
export async function decodeObject(request: DecodeRequest): Promise<DecodedObject> {
  const { expected, schema, fieldValidation } = request;
  if (request.mediaType === 'application/vnd.kubernetes.protobuf') return decodeProtobuf(request);
  const { value, duplicates } = await parseBody(request);
  const actual = readKind(value, request);
  checkKind(actual, request);
  const typeError = findTypeError(value, schema, expected.kind);
  if (typeError !== undefined) throw newUnhandledObject(actual, expected.kind, typeError);
  if (fieldValidation === 'Ignore') return { object: toObject(value, expected, schema), warnings: [] };
  const unknown = toUnknownFieldTexts(value, schema);
  if (fieldValidation === 'Strict' && unknown.length + duplicates.length > 0) {
    const faults =
      request.mediaType === 'application/yaml'
        ? [toDuplicateKeysText(duplicates), ...unknown]
        : [...unknown, ...duplicates];
    throw newUnhandledObject(actual, expected.kind, toStrictErrorText(faults.filter((fault) => fault !== '')));
  }
  return { object: toObject(value, expected, schema), warnings: [...unknown, ...duplicates] };
}

/** Texts about the members that a schema does not know. */
export function toUnknownFieldTexts(value: unknown, schema: Schema): string[] {
  return findUnknownFields(value, schema).map((path) => `unknown field ${toGoQuoted(path)}`);
}

/** The object as it is stored and answered: pruned, and saying what it is. */
export function toObject(value: unknown, gvk: GroupVersionKind, schema: Schema): Unstructured {
  const pruned = pruneObject((value ?? {}) as JSONObject, schema);
  const metadata = isJSONObject(pruned['metadata']) ? pruned['metadata'] : {};
  const head = { kind: gvk.kind, apiVersion: toAPIVersion(gvk), metadata };
  // Twice: once for the order of members, once for what they say.
  return { ...head, ...pruned, ...head };
}

async function decodeProtobuf(request: DecodeRequest): Promise<DecodedObject> {
  const { body, expected, schema, protobuf } = request;
  if (protobuf === undefined) throw new TypeError(`${expected.kind} has no protobuf`);
  const codec = await loadCodec();
  const envelope = tryProtobuf(
    () => codec.decodeEnvelope(body),
    (why) => newUnrecognizedObject(expected.kind, why, body),
  );
  const actual = readKind({ ...envelope }, request);
  checkKind(actual, request);
  const refuse = (why: string): StatusError => newUnhandledObject(actual, expected.kind, why);
  const value = tryProtobuf(() => codec.decodeMessage(envelope.raw, protobuf), refuse);
  const typeError = findTypeError(value, schema, expected.kind);
  if (typeError !== undefined) throw refuse(typeError);
  return { object: toObject(value, expected, schema), warnings: [] };
}

function tryProtobuf<T>(decode: () => T, refuse: (why: string) => StatusError): T {
  try {
    return decode();
  } catch (error) {
    throw error instanceof ProtobufSyntaxError ? refuse(error.message) : error;
  }
}

interface ParsedBody {
  readonly value: JSONObject | null;
  readonly duplicates: readonly string[];
}

async function parseBody(request: DecodeRequest): Promise<ParsedBody> {
  try {
    const findDuplicates = request.fieldValidation !== 'Ignore';
    if (request.mediaType === 'application/yaml') return asObject(await decodeYAML(request.body));
    const { value, duplicates } = decodeJSON(request.body, { findDuplicates });
    return asObject({ value, duplicates: duplicates.map((path) => `duplicate field ${toGoQuoted(path)}`) });
  } catch (error) {
    const { body, expected } = request;
    if (error instanceof YAMLSyntaxError) throw newUnrecognizedObject(expected.kind, error.message, body);
    if (error instanceof JSONSyntaxError) {
      throw newUnrecognizedObject(expected.kind, toKindErrorText(error.message), body);
    }
    throw error;
  }
}

// Go's name for the type that it reads the kind into.
const goTypeMeta = String.raw`struct { APIVersion string "json:\"apiVersion,omitempty\""; Kind string "json:\"kind,omitempty\"" }`;

function asObject({ value, duplicates }: { value: unknown; duplicates: readonly string[] }): ParsedBody {
  if (value === null || isJSONObject(value)) return { value, duplicates };
  throw new JSONSyntaxError(`json: cannot unmarshal ${toGoJSONKind(value)} into Go value of type ${goTypeMeta}`);
}

function readKind(value: JSONObject | null, request: DecodeRequest): GroupVersionKind {
  const apiVersion = readText(value, 'apiVersion', request);
  const kind = readText(value, 'kind', request);
  if (apiVersion.split('/').length > 2) {
    const { expected, body } = request;
    throw newUnrecognizedObject(expected.kind, `unexpected GroupVersion string: ${apiVersion}`, body);
  }
  return withDefaults({ ...parseAPIVersion(apiVersion), kind }, request.expected);
}

function readText(value: JSONObject | null, member: string, { expected, body }: DecodeRequest): string {
  const text = value?.[member] ?? '';
  if (typeof text === 'string') return text;
  const why = `json: cannot unmarshal ${toGoJSONKind(text)} into Go struct field .${member} of type string`;
  throw newUnrecognizedObject(expected.kind, toKindErrorText(why), body);
}

// A body need not say what it is; it must not say something else.
function withDefaults(actual: GroupVersionKind, expected: GroupVersionKind): GroupVersionKind {
  const kind = actual.kind === '' ? expected.kind : actual.kind;
  if (actual.version === '' && (actual.group === '' || actual.group === expected.group)) return { ...expected, kind };
  return { ...actual, kind };
}

function checkKind(actual: GroupVersionKind, request: DecodeRequest): void {
  const { expected } = request;
  const sameGroupKind = actual.group === expected.group && actual.kind === expected.kind;
  if (sameGroupKind && actual.version === expected.version) return;
  if (request.isRegistered?.(actual) !== true) {
    throw newUnhandledObject(actual, expected.kind, toNotRegisteredText(actual));
  }
  if (sameGroupKind) throw newVersionMismatch(toAPIVersion(actual), toAPIVersion(expected));
  const types = `(${actual.version}.${actual.kind}) to (${expected.version}.${expected.kind})`;
  throw newUnhandledObject(actual, expected.kind, `converting ${types}: unknown conversion`);
}
