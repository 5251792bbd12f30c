import { type FieldError, invalid, notSupported, required } from '../../../pkg/apimachinery/validation/field-error.ts';
import { validatePathSegmentName, validateSubdomainName } from '../../../pkg/apimachinery/validation/name-functions.ts';
import type { ClusterRoleBinding } from './cluster-role-binding-schema.ts';
import { rbacGroup } from './group.ts';
import type { RoleBinding } from './role-binding-schema.ts';
import type { Subject } from './subject-schema.ts';

/** A binding of either scope. */
export type AnyBinding = RoleBinding | ClusterRoleBinding;

/** What a binding refers to. */
export type RoleRef = NonNullable<AnyBinding['roleRef']>;

/** Roles and subjects other than service accounts are of this group, unless a client says otherwise; members are in the order of the wire. */
export function applyBindingDefaults(draft: AnyBinding): void {
  const { apiGroup = '', kind, name } = draft.roleRef;
  draft.roleRef = { apiGroup: apiGroup === '' ? rbacGroup : apiGroup, kind, name };
  if (draft.subjects !== undefined) draft.subjects = draft.subjects.map(withDefaults);
}

function withDefaults({ kind, apiGroup: given = '', name, namespace = '' }: Subject): Subject {
  const isOfGroup = kind === 'User' || kind === 'Group';
  const apiGroup = given === '' && isOfGroup ? rbacGroup : given;
  return { kind, ...(apiGroup === '' ? {} : { apiGroup }), name, ...(namespace === '' ? {} : { namespace }) };
}

/** Faults of a new binding. Source: kubernetes `pkg/apis/rbac/validation`. */
export function validateBinding({ roleRef, subjects = [] }: AnyBinding, namespaced: boolean): FieldError[] {
  return [
    ...validateRoleRef(roleRef, namespaced ? ['Role', 'ClusterRole'] : ['ClusterRole']),
    ...subjects.flatMap((subject, at) => validateSubject(subject, `subjects[${at}]`, namespaced)),
  ];
}

/** Faults of a changed binding: it stays with its role, for whoever may change it need not hold what another role gives. */
export function validateBindingUpdate(binding: AnyBinding, old: AnyBinding, namespaced: boolean): FieldError[] {
  const faults = validateBinding(binding, namespaced);
  const { apiGroup, kind, name } = binding.roleRef;
  const { roleRef } = old;
  if (apiGroup === roleRef.apiGroup && kind === roleRef.kind && name === roleRef.name) return faults;
  return [...faults, invalid('roleRef', { APIGroup: apiGroup, Kind: kind, Name: name }, 'cannot change roleRef')];
}

function validateRoleRef({ apiGroup, kind, name }: RoleRef, kinds: readonly string[]): FieldError[] {
  const faults: FieldError[] = [];
  if (apiGroup !== rbacGroup) faults.push(notSupported('roleRef.apiGroup', apiGroup, [rbacGroup]));
  if (!kinds.includes(kind)) faults.push(notSupported('roleRef.kind', kind, kinds));
  if (name === '') return [...faults, required('roleRef.name', '')];
  return [...faults, ...validatePathSegmentName(name, false).map((text) => invalid('roleRef.name', name, text))];
}

function validateSubject(subject: Subject, field: string, namespaced: boolean): FieldError[] {
  const { kind, name } = subject;
  const faults = name === '' ? [required(`${field}.name`, '')] : [];
  if (kind === 'ServiceAccount') return [...faults, ...validateServiceAccount(subject, field, namespaced)];
  if (kind !== 'User' && kind !== 'Group') {
    return [...faults, notSupported(`${field}.kind`, kind, ['ServiceAccount', 'User', 'Group'])];
  }
  if (name === '') faults.push(invalid(`${field}.name`, name, `${kind.toLowerCase()} name cannot be empty`));
  if (subject.apiGroup !== rbacGroup) {
    faults.push(notSupported(`${field}.apiGroup`, subject.apiGroup ?? '', [rbacGroup]));
  }
  return faults;
}

function validateServiceAccount(subject: Subject, field: string, namespaced: boolean): FieldError[] {
  const { name, apiGroup = '', namespace = '' } = subject;
  const texts = name === '' ? [] : validateSubdomainName(name, false);
  const faults = texts.map((text) => invalid(`${field}.name`, name, text));
  if (apiGroup !== '') faults.push(notSupported(`${field}.apiGroup`, apiGroup, ['']));
  if (!namespaced && namespace === '') faults.push(required(`${field}.namespace`, ''));
  return faults;
}
