import { isJSONObject } from '../../../pkg/apimachinery/runtime/json.ts';
import { toGoJSONKind } from '../../../pkg/apimachinery/runtime/json-kind.ts';
import { findSyntaxError } from '../../../pkg/apimachinery/runtime/json-syntax.ts';
import { type FieldError, invalid, required } from '../../../pkg/apimachinery/validation/field-error.ts';
import { toKeyPath } from './data-validation.ts';
import { type DataValues, toBytes } from './data-values.ts';
import type { Secret } from './secret-schema.ts';

/** The type of secrets of which nothing is known; that of those which name none. */
export const opaqueSecretType = 'Opaque';

type TypeRule = (data: DataValues, secret: Secret) => FieldError[];

/** What secrets of each type must hold. Source: kubernetes `pkg/apis/core/validation/validation.go`, `ValidateSecret`. */
const typeRules: ReadonlyMap<string, TypeRule> = new Map<string, TypeRule>([
  ['kubernetes.io/service-account-token', validateServiceAccountToken],
  ['kubernetes.io/dockercfg', (data) => validateDockerConfig(data, '.dockercfg')],
  ['kubernetes.io/dockerconfigjson', (data) => validateDockerConfig(data, '.dockerconfigjson')],
  ['kubernetes.io/basic-auth', validateBasicAuth],
  ['kubernetes.io/ssh-auth', validateSSHAuth],
  ['kubernetes.io/tls', (data) => ['tls.crt', 'tls.key'].flatMap((key) => requireKey(data, key))],
]);

/** Faults that a secret has because of its type. Types that nobody knows ask for nothing. */
export function validateSecretType(secret: Secret): FieldError[] {
  return typeRules.get(secret.type ?? '')?.(secret.data ?? {}, secret) ?? [];
}

/** The token itself is filled in later; whose it is must be said. */
function validateServiceAccountToken(_data: DataValues, { metadata }: Secret): FieldError[] {
  const annotation = 'kubernetes.io/service-account.name';
  if ((metadata.annotations?.[annotation] ?? '') !== '') return [];
  return [required(toKeyPath('metadata.annotations', annotation), '')];
}

function validateDockerConfig(data: DataValues, key: string): FieldError[] {
  const value = data[key];
  if (value === undefined) return requireKey(data, key);
  const fault = findObjectFault(toBytes(value));
  return fault === undefined ? [] : [invalid(toKeyPath('data', key), '<secret contents redacted>', fault)];
}

/** Either may be empty, one of them must be there. */
function validateBasicAuth(data: DataValues): FieldError[] {
  const faults = ['username', 'password'].flatMap((key) => requireKey(data, key));
  return faults.length === 2 ? faults : [];
}

function validateSSHAuth(data: DataValues): FieldError[] {
  const key = 'ssh-privatekey';
  return data[key] === '' ? [required(toKeyPath('data', key), '')] : requireKey(data, key);
}

function requireKey(data: DataValues, key: string): FieldError[] {
  return Object.hasOwn(data, key) ? [] : [required(toKeyPath('data', key), '')];
}

/** Go's text for what cannot be read as a JSON object. */
function findObjectFault(bytes: Buffer): string | undefined {
  try {
    const value: unknown = JSON.parse(bytes.toString());
    if (value === null || isJSONObject(value)) return undefined;
    return `json: cannot unmarshal ${toGoJSONKind(value)} into Go value of type map[string]interface {}`;
  } catch {
    return findSyntaxError(bytes) ?? 'invalid JSON';
  }
}
