import type { ErrorObject } from 'ajv';
import { getMember, isJSONObject } from '../runtime/json.ts';
import { type FieldError, invalid, notSupported, required, tooLong, tooMany, typeInvalid } from './field-error.ts';

/** Says in upstream's words what Ajv found, as custom resources have it (kube-openapi, `validation/errors`). */
export function toFieldErrors(errors: readonly ErrorObject[], object: unknown): FieldError[] {
  const wrongTypes = new Set(
    errors.filter(({ keyword }) => keyword === 'type').map(({ instancePath }) => instancePath),
  );
  // A value of the wrong type has nothing else wrong with it that is worth telling.
  const telling = errors.filter(({ keyword, instancePath }) => keyword === 'type' || !wrongTypes.has(instancePath));
  return telling.map((error) => toFieldError(error, toFieldPath(error.instancePath, object)));
}

function toFieldError(error: ErrorObject, path: string): FieldError {
  const { keyword, data: value } = error;
  const { limit } = error.params as { limit?: number };
  const inBody = `${path} in body`;
  switch (keyword) {
    case 'type': {
      const found = toTypeName(value);
      return typeInvalid(path, found, `${inBody} must be of type ${expectedType(error)}: "${found}"`);
    }
    case 'required': {
      const { missingProperty } = error.params as { missingProperty: string };
      return required(path === '' ? missingProperty : `${path}.${missingProperty}`, '');
    }
    case 'enum':
      return notSupported(path, value, allowedValues(error));
    case 'format':
      return typeInvalid(path, value, `${inBody} must be of type ${String(error.schema)}: ${JSON.stringify(value)}`);
    case 'minimum':
      return invalid(path, value, `${inBody} should be greater than or equal to ${limit}`);
    case 'maximum':
      return invalid(path, value, `${inBody} should be less than or equal to ${limit}`);
    case 'minLength':
      return invalid(path, value, `${inBody} should be at least ${limit} chars long`);
    case 'maxLength':
      return tooLong(path, limit ?? 0);
    case 'minItems':
      return invalid(path, lengthOf(value), `${inBody} should have at least ${limit} items`);
    case 'maxItems':
      return tooMany(path, lengthOf(value), limit ?? 0);
    case 'pattern':
      return invalid(path, value, `${inBody} should match '${String(error.schema)}'`);
    default:
      return invalid(path, value, `${inBody} is not valid: ${keyword}`);
  }
}

function lengthOf(value: unknown): number {
  return Array.isArray(value) ? value.length : 0;
}

function allowedValues(error: ErrorObject): string[] {
  const values = error.schema as readonly unknown[];
  return values.filter((value) => value !== null).map(String);
}

function expectedType(error: ErrorObject): string {
  const types = [error.schema as string | string[]].flat().filter((type) => type !== 'null');
  return types.join(',');
}

function toTypeName(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return Number.isInteger(value) ? 'integer' : typeof value;
}

// A JSON pointer does not tell an index from a name made of digits; the object does.
function toFieldPath(pointer: string, object: unknown): string {
  let path = '';
  let value = object;
  for (const part of pointer.split('/').slice(1)) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
    if (Array.isArray(value)) {
      path += `[${name}]`;
      value = value[Number(name)];
    } else {
      path += path === '' ? name : `.${name}`;
      value = isJSONObject(value) ? getMember(value, name) : undefined;
    }
  }
  return path;
}
