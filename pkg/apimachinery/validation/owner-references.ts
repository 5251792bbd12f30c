import type { OwnerReference } from '../../../apis/meta/v1/types.ts';
import { type FieldError, invalid, required } from './field-error.ts';

const requiredMembers = ['apiVersion', 'kind', 'name', 'uid'] as const;

/** Faults of owner references: each must be complete, and at most one may be the controller. */
export function validateOwnerReferences(references: readonly OwnerReference[], field: string): FieldError[] {
  const errors = references.flatMap((reference, index) => validateReference(reference, `${field}[${index}]`));
  const [first, ...others] = references.filter((reference) => reference.controller === true);
  for (const other of others) {
    const names = `${first?.kind}/${first?.name} and ${other.kind}/${other.name}`;
    const detail = `Only one reference can have Controller set to true. Found "true" in references for ${names}`;
    errors.push(invalid(field, references, detail));
  }
  return errors;
}

function validateReference(reference: OwnerReference, field: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const member of requiredMembers) {
    if ((reference[member] ?? '') === '') errors.push(required(`${field}.${member}`, 'must not be empty'));
    else if (member === 'apiVersion' && reference.apiVersion.split('/').length > 2) {
      errors.push(invalid(`${field}.apiVersion`, reference.apiVersion, 'must be <group>/<version> or <version>'));
    }
  }
  // Events come and go on their own, so nothing may live as long as one.
  if (reference.apiVersion === 'v1' && reference.kind === 'Event') {
    errors.push(invalid(field, reference, '/v1, Kind=Event is disallowed from being an owner'));
  }
  return errors;
}
