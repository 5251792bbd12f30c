import { toStrictErrorText } from '../runtime/decode-errors.ts';
import { toObject, toUnknownFieldTexts } from '../runtime/decode-object.ts';
import { findTypeError } from '../validation/type-error.ts';
import type { DecodedPatched, PatchedRules } from './decode-patched.ts';
import type { MergePatch } from './merge-patch.ts';
import { newUndecodableStrategicResult } from './strategic-errors.ts';

/** What a patched object should be, and what patched it. */
export interface StrategicPatchedRules extends Omit<PatchedRules, 'faults'> {
  readonly patch: MergePatch;
}

/**
 * Takes the outcome of a strategic merge patch for an object. Throws a 422 `StatusError` for wrong types, and under `Strict` for unknown
 * members and faults of the patch. What the patch says about the kind is passed over, as upstream does.
 */
export function decodeStrategicPatched(patched: unknown, rules: StrategicPatchedRules): DecodedPatched {
  const { expected, schema, fieldValidation } = rules;
  const { patch, faults } = rules.patch;
  const why = findTypeError(patched, schema, expected.kind);
  if (why !== undefined) throw newUndecodableStrategicResult(patch, why);
  const warnings = fieldValidation === 'Ignore' ? [] : [...faults, ...toUnknownFieldTexts(patched, schema)];
  if (fieldValidation === 'Strict' && warnings.length > 0) {
    throw newUndecodableStrategicResult(patch, toStrictErrorText(warnings));
  }
  return { object: toObject(patched, expected, schema), warnings };
}
