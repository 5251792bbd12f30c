import type { ManagedFieldsEntry } from '../../../apis/meta/v1/types.ts';
import { decodeManagedFields } from './decode-managed-fields.ts';
import { ManagedFieldsError } from './field-set/managed-fields-error.ts';

/** What is left of `managedFields` after admission. */
export interface AdmittedManagedFields {
  readonly managedFields: ManagedFieldsEntry[] | undefined;
  /** For the `Warning` header. */
  readonly warning?: string;
}

/** Puts back the `managedFields` from before mutating admission when it left some that cannot be read. */
export function restoreManagedFields(
  before: ManagedFieldsEntry[] | undefined,
  after: ManagedFieldsEntry[] | undefined,
): AdmittedManagedFields {
  try {
    decodeManagedFields(after);
    return { managedFields: after };
  } catch (error) {
    if (!(error instanceof ManagedFieldsError)) throw error;
    const warning = `.metadata.managedFields was in an invalid state after admission; this could be caused by an outdated mutating admission controller; please fix your requests: ${error.message}`;
    return { managedFields: before, warning };
  }
}
