import { toGoString } from './go-string.ts';

/** Kinds of field errors, with the text that starts each message (Go: `field.ErrorType`). */
export const fieldErrorTypes = {
  FieldValueNotFound: 'Not found',
  FieldValueRequired: 'Required value',
  FieldValueDuplicate: 'Duplicate value',
  FieldValueInvalid: 'Invalid value',
  FieldValueNotSupported: 'Unsupported value',
  FieldValueForbidden: 'Forbidden',
  FieldValueTooLong: 'Too long',
  FieldValueTooMany: 'Too many',
  FieldValueTooFew: 'Too few',
  FieldValueTypeInvalid: 'Invalid value',
  InternalError: 'Internal error',
} as const;

/** Reason of a field error, as `details.causes[].reason` carries it. */
export type FieldErrorReason = keyof typeof fieldErrorTypes;

/** One fault of one field (Go: `field.Error`). */
export interface FieldError {
  readonly reason: FieldErrorReason;
  /** Path such as `spec.containers[0].name`. */
  readonly field: string;
  /** Already rendered value, absent for the types that print none. */
  readonly value?: string;
  readonly detail: string;
}

/** `<type>: <value>: <detail>`: what `details.causes[].message` carries. */
export function toCauseMessage(error: FieldError): string {
  const head = fieldErrorTypes[error.reason];
  return [head, error.value, error.detail].filter((part) => part !== undefined && part !== '').join(': ');
}

/** `<path>: <type>: <value>: <detail>`: what the message of the whole failure carries. */
export function toFieldErrorMessage(error: FieldError): string {
  return `${error.field}: ${toCauseMessage(error)}`;
}

/** A required value is missing. An empty detail prints none. */
export function required(field: string, detail: string): FieldError {
  return { reason: 'FieldValueRequired', field, detail };
}

/** The value is malformed. It is printed as Go would print it. */
export function invalid(field: string, value: unknown, detail: string): FieldError {
  return { reason: 'FieldValueInvalid', field, value: toGoString(value), detail };
}

/** The value has the wrong JSON type. */
export function typeInvalid(field: string, value: unknown, detail: string): FieldError {
  return { reason: 'FieldValueTypeInvalid', field, value: toGoString(value), detail };
}

/** The value is none of those allowed. */
export function notSupported(field: string, value: unknown, supported: readonly string[]): FieldError {
  const detail = `supported values: ${supported.map((each) => JSON.stringify(each)).join(', ')}`;
  return { reason: 'FieldValueNotSupported', field, value: toGoString(value), detail };
}

/** The value is not allowed here. */
export function forbidden(field: string, detail: string): FieldError {
  return { reason: 'FieldValueForbidden', field, detail };
}

/** The value has too many bytes. */
export function tooLong(field: string, maxBytes: number): FieldError {
  return { reason: 'FieldValueTooLong', field, detail: `may not be more than ${maxBytes} bytes` };
}

/** The list has too many items. */
export function tooMany(field: string, actual: number, max: number): FieldError {
  return { reason: 'FieldValueTooMany', field, value: String(actual), detail: `must have at most ${max} items` };
}

/** The value stands in the list twice. */
export function duplicate(field: string, value: unknown): FieldError {
  return { reason: 'FieldValueDuplicate', field, value: toGoString(value), detail: '' };
}
