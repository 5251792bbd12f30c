import type { Unstructured } from '../../../apis/meta/v1/types.ts';
import type { GroupVersionKind } from '../schema/group-version.ts';
import type { Schema } from '../schema/schema.ts';
import type { FieldValidation } from './options.ts';

/** A request body and what it should be. */
export interface DecodeRequest {
  readonly body: Uint8Array;
  readonly mediaType: 'application/json' | 'application/yaml';
  /** What the body is expected to be; also what it is when it does not say. */
  readonly expected: GroupVersionKind;
  /** Structure of the members beside `apiVersion`, `kind` and `metadata`. */
  readonly schema: Schema;
  readonly fieldValidation: FieldValidation;
  /** Whether another kind is served here; chooses between two error texts. Default: none is. */
  isRegistered?(gvk: GroupVersionKind): boolean;
}

/** A decoded request body. */
export interface DecodedObject {
  /** Private to the caller, without unknown members. */
  readonly object: Unstructured;
  /** Texts for `Warning` headers, such as `unknown field "spec.foo"`. */
  readonly warnings: readonly string[];
}

/**
 * Decodes the body of a create or update request. Throws a 400 `StatusError` with upstream's text for everything that is not an
 * object of the expected kind, and under `Strict` for unknown and duplicate members.
 */
export async function decodeObject(request: DecodeRequest): Promise<DecodedObject> {
  throw new Error(String(request));
}
