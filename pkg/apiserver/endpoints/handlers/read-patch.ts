import type { KubernetesObject } from '../../../../apis/meta/v1/types.ts';
import { decodeJSONPatch } from '../../../apimachinery/patch/decode-json-patch.ts';
import { type DecodedPatched, decodePatched } from '../../../apimachinery/patch/decode-patched.ts';
import { applyJSONPatch } from '../../../apimachinery/patch/json-patch.ts';
import { applyMergePatch, decodeMergePatch } from '../../../apimachinery/patch/merge-patch.ts';
import { decodeStrategicPatched } from '../../../apimachinery/patch/strategic-decode-patched.ts';
import {
  applyStrategicMergePatch,
  decodeStrategicMergePatch,
} from '../../../apimachinery/patch/strategic-merge-patch.ts';
import type { PatchType } from '../../../apimachinery/runtime/negotiate-input.ts';
import type { FieldValidation } from '../../../apimachinery/runtime/options.ts';
import type { KindDefinition } from '../../../apimachinery/schema/kind-definition.ts';

/** A patch of the body, ready to be applied as often as storage races ask for it. */
export interface PreparedPatch {
  /** Makes the new state out of the stored one, which it does not change. Throws 400 and 422. */
  apply(old: KubernetesObject): DecodedPatched;
}

/** What a patch is for. */
export interface PatchTarget {
  readonly kind: KindDefinition;
  readonly fieldValidation: FieldValidation;
}

/** Patch types that change what is stored; server-side apply has a handler of its own. */
export type DifferencePatchType = Exclude<PatchType, 'application/apply-patch+yaml'>;

/** Reads the patch in a body. Throws 400 for what is none, 413 for one that is too long. */
export function readPatch(
  type: DifferencePatchType,
  body: Buffer,
  { kind, fieldValidation }: PatchTarget,
): PreparedPatch {
  const { schema } = kind;
  const rules = { expected: kind, schema, fieldValidation };
  const options = { findDuplicates: fieldValidation !== 'Ignore' };
  switch (type) {
    case 'application/json-patch+json': {
      const patch = decodeJSONPatch(body, options);
      return { apply: (old) => decodePatched(applyJSONPatch(old, patch), { ...rules, faults: patch.faults }) };
    }
    case 'application/merge-patch+json': {
      const { patch, faults } = decodeMergePatch(body, options);
      return { apply: (old) => decodePatched(applyMergePatch(old, patch), { ...rules, faults }) };
    }
    case 'application/strategic-merge-patch+json': {
      const decoded = decodeStrategicMergePatch(body, options);
      return {
        apply: (old) =>
          decodeStrategicPatched(applyStrategicMergePatch(old, decoded.patch, schema), { ...rules, patch: decoded }),
      };
    }
  }
}
