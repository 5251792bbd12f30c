import { type FieldError, invalid, tooLong } from '../../../pkg/apimachinery/validation/field-error.ts';
import { validateStandardFinalizers } from '../../../pkg/apimachinery/validation/object-meta.ts';
import { maxDataBytes, validateDataKeys, validateImmutable } from './data-validation.ts';
import { toBytes } from './data-values.ts';
import type { Secret } from './secret-schema.ts';
import { validateSecretType } from './secret-types.ts';

/** Faults of a new Secret. No text holds a value. */
export function validateSecret(secret: Secret): FieldError[] {
  const { metadata, data = {} } = secret;
  const bytes = Object.values(data).reduce((sum, value) => sum + toBytes(value).byteLength, 0);
  return [
    ...validateStandardFinalizers(metadata.finalizers),
    ...validateDataKeys(data, 'data'),
    ...(bytes > maxDataBytes ? [tooLong('data', maxDataBytes)] : []),
    ...validateSecretType(secret),
  ];
}

/** Faults of a changed Secret. Its type never changes: what holds the Secret was made for it. */
export function validateSecretUpdate(object: Secret, old: Secret): FieldError[] {
  const isOfType = object.type === old.type;
  return [
    ...(isOfType ? [] : [invalid('type', object.type, 'field is immutable')]),
    ...validateImmutable(object, old),
    ...validateSecret(object),
  ];
}
