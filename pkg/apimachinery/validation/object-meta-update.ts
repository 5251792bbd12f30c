import type { ObjectMeta } from '../../../apis/meta/v1/types.ts';
import { type FieldError, forbidden, invalid } from './field-error.ts';
import { toGoQuoted } from './go-string.ts';
import { validateManagedFields } from './managed-fields.ts';
import { validateAnnotations, validateFinalizers, validateLabels } from './object-meta.ts';
import { validateOwnerReferences } from './owner-references.ts';

const immutableMembers = [
  'name',
  'namespace',
  'uid',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
] as const;

/** Faults of the metadata of a changed object, beside those that its old state had as well. */
export function validateObjectMetaUpdate(meta: ObjectMeta, old: ObjectMeta): FieldError[] {
  const oldFinalizers = new Set(old.finalizers);
  const added = (meta.finalizers ?? []).filter((name) => !oldFinalizers.has(name));
  return [
    ...validateNoNewFinalizers(added, old),
    ...validateRevision(meta, old),
    ...immutableMembers.flatMap((member) => validateImmutable(`metadata.${member}`, meta[member], old[member])),
    ...validateLabels(meta.labels, 'metadata.labels'),
    ...validateAnnotations(meta.annotations, 'metadata.annotations'),
    ...validateOwnerReferences(meta.ownerReferences ?? [], 'metadata.ownerReferences'),
    ...validateFinalizers(added, 'metadata.finalizers'),
    ...validateManagedFields(meta.managedFields ?? [], 'metadata.managedFields'),
  ];
}

// Whoever deletes waits for the finalizers that stood at that time; a later one would be waited for without end.
function validateNoNewFinalizers(added: readonly string[], old: ObjectMeta): FieldError[] {
  if (added.length === 0 || (old.deletionTimestamp ?? '') === '') return [];
  const listed = `[]string{${added.toSorted().map(toGoQuoted).join(', ')}}`;
  const detail = `no new finalizers can be added if the object is being deleted, found new finalizers ${listed}`;
  return [forbidden('metadata.finalizers', detail)];
}

function validateRevision(meta: ObjectMeta, old: ObjectMeta): FieldError[] {
  const errors: FieldError[] = [];
  const { resourceVersion = '', generation = 0 } = meta;
  if (resourceVersion === '') {
    errors.push(invalid('metadata.resourceVersion', resourceVersion, 'must be specified for an update'));
  }
  if (generation < (old.generation ?? 0)) {
    errors.push(invalid('metadata.generation', generation, 'must not be decremented'));
  }
  return errors;
}

function validateImmutable(field: string, value: unknown, old: unknown): FieldError[] {
  if ((value ?? '') === (old ?? '')) return [];
  return [invalid(field, value, 'field is immutable')];
}
