import type { ObjectMeta } from '../../../apis/meta/v1/types.ts';
import { type FieldError, forbidden, invalid, required, tooLong } from './field-error.ts';
import { validateLabelKey, validateLabelValue } from './label-names.ts';
import { validateManagedFields } from './managed-fields.ts';
import { type NameFunction, validateLabelName, validateSubdomainName } from './name-functions.ts';
import { validateOwnerReferences } from './owner-references.ts';

// Source: apimachinery `pkg/api/validation/objectmeta.go`. Values are of the right JSON types; the decoder has seen to that.

const maxAnnotationsBytes = 256 * 1024;
const standardFinalizers: readonly string[] = ['kubernetes', 'orphan', 'foregroundDeletion'];

/** What the metadata belongs to. */
export interface ObjectMetaRules {
  readonly namespaced: boolean;
  /** Default: a DNS-1123 subdomain. */
  readonly validateName?: NameFunction | undefined;
}

/** Faults of the metadata of a new object. The name has been generated already. */
export function validateObjectMeta(meta: ObjectMeta, rules: ObjectMetaRules): FieldError[] {
  return [
    ...validateNames(meta, rules.validateName ?? validateSubdomainName),
    ...validateNamespace(meta.namespace ?? '', rules.namespaced),
    ...validateGeneration(meta.generation ?? 0),
    ...validateLabels(meta.labels, 'metadata.labels'),
    ...validateAnnotations(meta.annotations, 'metadata.annotations'),
    ...validateOwnerReferences(meta.ownerReferences ?? [], 'metadata.ownerReferences'),
    ...validateFinalizers(meta.finalizers ?? [], 'metadata.finalizers'),
    ...validateManagedFields(meta.managedFields ?? [], 'metadata.managedFields'),
  ];
}

function validateNames(meta: ObjectMeta, validateName: NameFunction): FieldError[] {
  const { name = '', generateName = '' } = meta;
  const prefixErrors = generateName === '' ? [] : validateName(generateName, true);
  const errors = prefixErrors.map((detail) => invalid('metadata.generateName', generateName, detail));
  if (name === '') return [...errors, required('metadata.name', 'name or generateName is required')];
  return [...errors, ...validateName(name, false).map((detail) => invalid('metadata.name', name, detail))];
}

function validateNamespace(namespace: string, namespaced: boolean): FieldError[] {
  if (!namespaced) return namespace === '' ? [] : [forbidden('metadata.namespace', 'not allowed on this type')];
  if (namespace === '') return [required('metadata.namespace', '')];
  return validateLabelName(namespace, false).map((detail) => invalid('metadata.namespace', namespace, detail));
}

function validateGeneration(generation: number): FieldError[] {
  if (generation >= 0) return [];
  return [invalid('metadata.generation', generation, 'must be greater than or equal to 0')];
}

/** Faults of labels, keys and values. */
export function validateLabels(labels: Readonly<Record<string, string>> | undefined, field: string): FieldError[] {
  return Object.entries(labels ?? {}).flatMap(([key, value]) => [
    ...validateLabelKey(key).map((detail) => invalid(field, key, detail)),
    ...validateLabelValue(value).map((detail) => invalid(field, value, detail)),
  ]);
}

/** Faults of annotations: their keys, in lower case, are label keys; all of them together have a limit. */
export function validateAnnotations(
  annotations: Readonly<Record<string, string>> | undefined,
  field: string,
): FieldError[] {
  const errors: FieldError[] = [];
  let bytes = 0;
  for (const [key, value] of Object.entries(annotations ?? {})) {
    errors.push(...validateLabelKey(key.toLowerCase()).map((detail) => invalid(field, key, detail)));
    bytes += Buffer.byteLength(key) + Buffer.byteLength(value);
  }
  if (bytes > maxAnnotationsBytes) errors.push(tooLong(field, maxAnnotationsBytes));
  return errors;
}

/** Faults of finalizers, as every kind has them. */
export function validateFinalizers(finalizers: readonly string[], field: string): FieldError[] {
  const errors = finalizers.flatMap((name) => validateLabelKey(name).map((detail) => invalid(field, name, detail)));
  if (finalizers.includes('orphan') && finalizers.includes('foregroundDeletion')) {
    errors.push(invalid(field, finalizers, 'finalizer orphan and foregroundDeletion cannot be both set'));
  }
  return errors;
}

/** The further rule of core kinds: a finalizer without a domain is one of the standard ones. */
export function validateStandardFinalizers(finalizers: readonly string[] | undefined): FieldError[] {
  const detail = 'name is neither a standard finalizer name nor is it fully qualified';
  return (finalizers ?? []).flatMap((name, index) =>
    name.includes('/') || standardFinalizers.includes(name)
      ? []
      : [invalid(`metadata.finalizers[${index}]`, name, detail)],
  );
}
