import { type FieldError, invalid, tooLong } from '../../../pkg/apimachinery/validation/field-error.ts';
import { validateStandardFinalizers } from '../../../pkg/apimachinery/validation/object-meta.ts';
import type { ConfigMap } from './config-map-schema.ts';
import { maxDataBytes, toKeyPath, validateDataKeys, validateImmutable } from './data-validation.ts';
import { type DataValues, toBytes } from './data-values.ts';

/** Faults of a new ConfigMap. */
export function validateConfigMap({ metadata, data = {}, binaryData = {} }: ConfigMap): FieldError[] {
  const errors = [
    ...validateStandardFinalizers(metadata.finalizers),
    ...validateDataKeys(data, 'data'),
    ...validateDistinct(data, binaryData),
    ...validateDataKeys(binaryData, 'binaryData'),
  ];
  const text = Object.values(data).reduce((sum, value) => sum + Buffer.byteLength(value), 0);
  const bytes = Object.values(binaryData).reduce((sum, value) => sum + toBytes(value).byteLength, 0);
  // Upstream's way to say that the object as a whole is too large.
  if (text + bytes > maxDataBytes) errors.push(tooLong('[]', maxDataBytes));
  return errors;
}

/** Faults of a changed ConfigMap. */
export function validateConfigMapUpdate(object: ConfigMap, old: ConfigMap): FieldError[] {
  return [...validateImmutable(object, old), ...validateConfigMap(object)];
}

function validateDistinct(data: DataValues, binaryData: DataValues): FieldError[] {
  return Object.keys(data)
    .filter((key) => Object.hasOwn(binaryData, key))
    .map((key) => invalid(toKeyPath('data', key), key, 'duplicate of key present in binaryData'));
}
