import type { AnyBinding } from '../../../../apis/rbac.authorization.k8s.io/v1/binding-validation.ts';
import type { Subject } from '../../../../apis/rbac.authorization.k8s.io/v1/subject-schema.ts';
import { toGoQuoted } from '../../../apimachinery/validation/go-string.ts';
import type { UserInfo } from '../../user-info.ts';

/** A subject of a binding. */
export interface BoundSubject {
  readonly binding: AnyBinding;
  readonly subject: Subject;
  /** Place of the binding among those of its scope. */
  readonly order: number;
}

/** Whether a subject of a binding in a namespace is the user, or a group of theirs. */
export function appliesTo(subject: Subject, user: UserInfo, namespace: string): boolean {
  if (subject.kind === 'Group') return user.groups.includes(subject.name);
  return toUserName(subject, namespace) === user.name;
}

/** The name of the user that a subject is, unless it is none. A service account without a namespace is of that of the binding. */
export function toUserName({ kind, name, namespace = '' }: Subject, bindingNamespace: string): string | undefined {
  if (kind === 'User') return name;
  const place = namespace === '' ? bindingNamespace : namespace;
  return kind === 'ServiceAccount' && place !== '' ? `system:serviceaccount:${place}:${name}` : undefined;
}

/** What a user has a role by: `ClusterRoleBinding "x" of ClusterRole "y" to User "z"`. */
export function describeBinding(binding: AnyBinding, user: UserInfo): string {
  const { metadata, roleRef, subjects = [], kind } = binding;
  const { name = '', namespace = '' } = metadata;
  const bindingName = namespace === '' ? name : `${name}/${namespace}`;
  // The first that applies, as upstream has it, and not the one under which it was found.
  const subject = subjects.find((each) => appliesTo(each, user, namespace));
  const whom = subject === undefined ? '' : describeSubject(subject, namespace);
  return `${kind} ${toGoQuoted(bindingName)} of ${roleRef.kind} ${toGoQuoted(roleRef.name)} to ${whom}`;
}

function describeSubject({ kind, name, namespace = '' }: Subject, bindingNamespace: string): string {
  if (kind !== 'ServiceAccount') return `${kind} ${toGoQuoted(name)}`;
  return `${kind} ${toGoQuoted(`${name}/${namespace === '' ? bindingNamespace : namespace}`)}`;
}
