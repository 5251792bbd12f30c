import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';
import type { JSONObject } from '../runtime/json.ts';
import type { ManagedFieldsOptions } from './managed-fields-options.ts';
import { TypedValueError } from './typed/typed-value-error.ts';
import { findTypeFaults, toFaultsText, type ValidateOptions } from './typed/validate-value.ts';
import type { TypedObject } from './versions.ts';

/** An object and its type, once it is known that they fit. Throws a `TypedValueError` with all faults. */
export function newTypedObject(
  object: JSONObject,
  { type, apiVersion }: Pick<ManagedFieldsOptions, 'type' | 'apiVersion'>,
  options: ValidateOptions,
): TypedObject {
  const faults = findTypeFaults(object, type, options);
  if (faults.length > 0) throw new TypedValueError(toFaultsText(faults));
  return { apiVersion, object, type };
}

/** Same for an object that is stored or on its way there. It need not be without duplicates, and `managedFields` are left out. */
export function newTypedObjectWithoutManagedFields(
  object: KubernetesObject,
  options: Pick<ManagedFieldsOptions, 'type' | 'apiVersion'>,
): TypedObject {
  const { managedFields: _, ...metadata } = object.metadata;
  return newTypedObject({ ...object, metadata }, options, { allowDuplicates: true });
}
