import { validateDNS1123Label, validateDNS1123Subdomain } from '../../apimachinery/validation/dns-names.ts';

/** Name of a service account and where it is. */
export interface ServiceAccountName {
  readonly namespace: string;
  readonly name: string;
}

const prefix = 'system:serviceaccount:';

/** The user name of a service account. Source: apiserver `pkg/authentication/serviceaccount`. */
export function toServiceAccountUser({ namespace, name }: ServiceAccountName): string {
  return `${prefix}${namespace}:${name}`;
}

/** The groups of every service account of a namespace. */
export function serviceAccountGroups(namespace: string): readonly string[] {
  return ['system:serviceaccounts', `system:serviceaccounts:${namespace}`];
}

/** The service account that a user name stands for; `undefined` for any other user. */
export function tryParseServiceAccountUser(user: string): ServiceAccountName | undefined {
  if (!user.startsWith(prefix)) return undefined;
  const [namespace = '', name = '', ...more] = user.slice(prefix.length).split(':');
  const isOne = validateDNS1123Label(namespace).length === 0 && validateDNS1123Subdomain(name).length === 0;
  return more.length === 0 && isOne ? { namespace, name } : undefined;
}
