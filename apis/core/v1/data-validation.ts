import { equalJSON } from '../../../pkg/apimachinery/runtime/json.ts';
import { type FieldError, forbidden, invalid } from '../../../pkg/apimachinery/validation/field-error.ts';
import { maxLengthText, regexText } from '../../../pkg/apimachinery/validation/name-texts.ts';
import type { DataValues } from './data-values.ts';

// Source: kubernetes `pkg/apis/core/validation/validation.go`, apimachinery `pkg/util/validation/validation.go`.

/** What the values of one object may take in all (Go: `MaxSecretSize`). */
export const maxDataBytes: number = 1024 * 1024;

const maxKeyBytes = 253;
const keyExpression = /^[-._a-zA-Z0-9]+$/;
const keyText = regexText(
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
  '[-._a-zA-Z0-9]+',
  ['key.name', 'KEY_NAME', 'key-name'],
);

/** Faults of the keys: they become names of files where the values are mounted. */
export function validateDataKeys(data: DataValues, field: string): FieldError[] {
  return Object.keys(data).flatMap((key) =>
    validateDataKey(key).map((detail) => invalid(toKeyPath(field, key), key, detail)),
  );
}

/** Path of the value of a key, such as `data[tls.crt]`. */
export function toKeyPath(field: string, key: string): string {
  return `${field}[${key}]`;
}

function validateDataKey(key: string): string[] {
  const faults: string[] = [];
  if (Buffer.byteLength(key) > maxKeyBytes) faults.push(maxLengthText(maxKeyBytes));
  if (!keyExpression.test(key)) faults.push(keyText);
  if (key === '.' || key === '..') faults.push(`must not be '${key}'`);
  else if (key.startsWith('..')) faults.push("must not start with '..'");
  return faults;
}

interface Immutable {
  readonly immutable?: boolean;
  readonly data?: DataValues;
  readonly binaryData?: DataValues;
}

/** Faults of a change to an object that was declared immutable: nothing but its metadata may change, nor may it become mutable. */
export function validateImmutable(object: Immutable, old: Immutable): FieldError[] {
  if (old.immutable !== true) return [];
  const detail = 'field is immutable when `immutable` is set';
  const errors = object.immutable === true ? [] : [forbidden('immutable', detail)];
  for (const member of ['data', 'binaryData'] as const) {
    if (!equalJSON(object[member] ?? {}, old[member] ?? {})) errors.push(forbidden(member, detail));
  }
  return errors;
}
