import type { Unstructured } from '../../../apis/meta/v1/types.ts';
import { toNotRegisteredText, toStrictErrorText } from '../runtime/decode-errors.ts';
import { toObject, toUnknownFieldTexts } from '../runtime/decode-object.ts';
import { isJSONObject } from '../runtime/json.ts';
import { toGoJSONKind } from '../runtime/json-kind.ts';
import type { FieldValidation } from '../runtime/options.ts';
import { type GroupVersionKind, parseAPIVersion, toAPIVersion } from '../schema/group-version.ts';
import type { Schema } from '../schema/schema.ts';
import { findTypeError } from '../validation/type-error.ts';
import { newUndecodablePatchResult } from './patch-errors.ts';

/** What a patched object should be. */
export interface PatchedRules {
  readonly expected: GroupVersionKind;
  /** Structure of the members beside `apiVersion`, `kind` and `metadata`. */
  readonly schema: Schema;
  readonly fieldValidation: FieldValidation;
  /** Faults of the patch itself, in front of those of its result. */
  readonly faults: readonly string[];
}

/** A patched object, ready to be stored. */
export interface DecodedPatched {
  /** Private to the caller, without unknown members. */
  readonly object: Unstructured;
  /** Texts for `Warning` headers. */
  readonly warnings: readonly string[];
}

/**
 * Takes the outcome of a JSON or merge patch for an object. Throws a 422 `StatusError` for wrong types, and under `Strict` for unknown
 * members and faults of the patch.
 */
export function decodePatched(patched: unknown, rules: PatchedRules): DecodedPatched {
  const { expected, schema, fieldValidation, faults } = rules;
  const why = findKindFault(patched, expected) ?? findTypeError(patched, schema, expected.kind);
  if (why !== undefined) throw newUndecodablePatchResult(patched, why);
  const warnings = fieldValidation === 'Ignore' ? [] : [...faults, ...toUnknownFieldTexts(patched, schema)];
  if (fieldValidation === 'Strict' && warnings.length > 0) {
    throw newUndecodablePatchResult(patched, toStrictErrorText(warnings));
  }
  return { object: toObject(patched, expected, schema), warnings };
}

// A patch may drop what says the kind; it must not change it.
function findKindFault(patched: unknown, expected: GroupVersionKind): string | undefined {
  if (!isJSONObject(patched)) {
    return `json: cannot unmarshal ${toGoJSONKind(patched)} into Go value of type ${expected.version}.${expected.kind}`;
  }
  const { apiVersion = toAPIVersion(expected), kind = expected.kind } = patched;
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') return undefined;
  if (apiVersion === toAPIVersion(expected) && kind === expected.kind) return undefined;
  if (apiVersion.split('/').length > 2) return `unexpected GroupVersion string: ${apiVersion}`;
  return toNotRegisteredText({ ...parseAPIVersion(apiVersion), kind });
}
