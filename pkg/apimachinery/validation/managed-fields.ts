import type { ManagedFieldsEntry } from '../../../apis/meta/v1/types.ts';
import { type FieldError, invalid, notSupported, required, tooLong } from './field-error.ts';
import { isGoPrintable } from './go-string.ts';

const maxManagerBytes = 128;
const maxSubresourceBytes = 256;

/** Faults of `metadata.managedFields` as a client may write them. */
export function validateManagedFields(entries: readonly ManagedFieldsEntry[], field: string): FieldError[] {
  return entries.flatMap((entry, index) => validateEntry(entry, `${field}[${index}]`));
}

function validateEntry(entry: ManagedFieldsEntry, field: string): FieldError[] {
  const errors: FieldError[] = [];
  const { operation = '', fieldsType = '' } = entry as { operation?: string; fieldsType?: string };
  if (operation === '') errors.push(required(`${field}.operation`, 'must not be empty'));
  else if (operation !== 'Apply' && operation !== 'Update') {
    errors.push(notSupported(`${field}.operation`, operation, ['Apply', 'Update']));
  }
  if (fieldsType !== '' && fieldsType !== 'FieldsV1') {
    errors.push(invalid(`${field}.fieldsType`, fieldsType, 'must be `FieldsV1`'));
  }
  errors.push(...validateFieldManager(entry.manager ?? '', `${field}.manager`));
  if (Buffer.byteLength(entry.subresource ?? '') > maxSubresourceBytes) {
    errors.push(tooLong(`${field}.subresource`, maxSubresourceBytes));
  }
  return errors;
}

/** Faults of the name of a field manager, in an entry or in the options of a write. */
export function validateFieldManager(manager: string, field: string): FieldError[] {
  const errors: FieldError[] = [];
  if (Buffer.byteLength(manager) > maxManagerBytes) errors.push(tooLong(field, maxManagerBytes));
  let position = 0;
  for (const character of manager) {
    if (!isGoPrintable(character)) {
      const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
      errors.push(invalid(field, manager, `invalid character U+${code} (at position ${position})`));
    }
    position += Buffer.byteLength(character);
  }
  return errors;
}
