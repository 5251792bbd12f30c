import type { DeleteOptions, ListOptions, PatchOptions, WriteOptions } from '../runtime/options.ts';
import { type FieldError, forbidden, invalid, notSupported, required } from './field-error.ts';
import { validateFieldManager } from './managed-fields.ts';

// Source: apimachinery `pkg/apis/meta/v1/validation` and `pkg/apis/meta/internalversion/validation`. Callers answer with
// `newInvalid({ group: 'meta.k8s.io', kind: 'CreateOptions' }, '', errors)` and the like.

const fieldValidations: readonly string[] = ['', 'Ignore', 'Strict', 'Warn'];
const propagationPolicies: readonly string[] = ['Foreground', 'Background', 'Orphan'];

/** Faults of the options of a create or update request. */
export function validateWriteOptions(options: WriteOptions): FieldError[] {
  return [
    ...validateFieldManager(options.fieldManager, 'fieldManager'),
    ...validateDryRun(options.dryRun),
    ...validateFieldValidation(options.fieldValidation),
  ];
}

/** Faults of the options of a patch request. Only server-side apply knows `force` and needs a manager. */
export function validatePatchOptions(options: PatchOptions, isApply: boolean): FieldError[] {
  const errors: FieldError[] = [];
  if (isApply && options.fieldManager === '') errors.push(required('fieldManager', 'is required for apply patch'));
  if (!isApply && options.force !== undefined) {
    errors.push(forbidden('force', 'may not be specified for non-apply patch'));
  }
  return [...errors, ...validateWriteOptions(options)];
}

/** Faults of the options of a delete request. */
export function validateDeleteOptions(options: DeleteOptions): FieldError[] {
  const { propagationPolicy, orphanDependents, dryRun = [] } = options;
  const errors: FieldError[] = [];
  if (propagationPolicy !== undefined && orphanDependents !== undefined) {
    const detail = 'orphanDependents and deletionPropagation cannot be both set';
    errors.push(invalid('propagationPolicy', propagationPolicy, detail));
  }
  if (propagationPolicy !== undefined && !propagationPolicies.includes(propagationPolicy)) {
    errors.push(notSupported('propagationPolicy', propagationPolicy, [...propagationPolicies, 'nil']));
  }
  return [...errors, ...validateDryRun(dryRun)];
}

/** Faults of the options of a list or watch request. */
export function validateListOptions(options: ListOptions): FieldError[] {
  return options.watch ? validateWatch(options) : validateList(options);
}

function validateList(options: ListOptions): FieldError[] {
  const { resourceVersion, resourceVersionMatch: match } = options;
  const errors: FieldError[] = [];
  if (match !== '') {
    const field = 'resourceVersionMatch';
    if (resourceVersion === '') {
      errors.push(forbidden(field, 'resourceVersionMatch is forbidden unless resourceVersion is provided'));
    }
    errors.push(...validateMatchWithContinue(options));
    if (match !== 'Exact' && match !== 'NotOlderThan') {
      errors.push(notSupported(field, match, ['Exact', 'NotOlderThan', '']));
    }
    if (match === 'Exact' && resourceVersion === '0') {
      errors.push(forbidden(field, 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'));
    }
  }
  if (options.sendInitialEvents !== undefined) {
    errors.push(forbidden('sendInitialEvents', 'sendInitialEvents is forbidden for list'));
  }
  return errors;
}

function validateWatch(options: ListOptions): FieldError[] {
  const { resourceVersionMatch: match, sendInitialEvents } = options;
  const field = 'resourceVersionMatch';
  const errors: FieldError[] = [];
  if (sendInitialEvents !== undefined && match !== 'NotOlderThan') {
    const detail = 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan';
    errors.push(forbidden(field, detail));
  }
  if (match === '') return errors;
  if (sendInitialEvents === undefined) {
    errors.push(forbidden(field, 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided'));
  }
  if (match !== 'NotOlderThan') errors.push(notSupported(field, match, ['NotOlderThan']));
  return [...errors, ...validateMatchWithContinue(options)];
}

function validateMatchWithContinue(options: ListOptions): FieldError[] {
  if (options.continue === '') return [];
  return [forbidden('resourceVersionMatch', 'resourceVersionMatch is forbidden when continue is provided')];
}

function validateDryRun(dryRun: readonly string[]): FieldError[] {
  return dryRun.every((value) => value === 'All') ? [] : [notSupported('dryRun', dryRun, ['All'])];
}

function validateFieldValidation(fieldValidation: string): FieldError[] {
  if (fieldValidations.includes(fieldValidation)) return [];
  return [notSupported('fieldValidation', fieldValidation, fieldValidations)];
}
