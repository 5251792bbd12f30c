import type { ValidateFunction } from 'ajv';
import type { Schema } from '../schema/schema.ts';
import type { FieldError } from './field-error.ts';
import { toFieldErrors } from './structural-errors.ts';
import { formats, toJSONSchema } from './structural-schema.ts';

/** Checks objects against schemas. A compiled schema is kept as long as the schema itself lives. */
export interface StructuralValidator {
  /**
   * Faults of an object in the order of the schema, at most 100. `schema` describes the members beside `apiVersion`, `kind` and
   * `metadata`, which are not checked.
   */
  validate(object: unknown, schema: Schema): Promise<FieldError[]>;
  /** Loads and tries what compiles schemas, for which the first object would wait. */
  prepare(): Promise<void>;
}

/** Makes a validator. Nothing is loaded or compiled until it is used. */
export function newStructuralValidator(): StructuralValidator {
  const compiled = new WeakMap<Schema, Promise<ValidateFunction>>();
  return {
    async validate(object, schema) {
      let pending = compiled.get(schema);
      if (pending === undefined) compiled.set(schema, (pending = compile(schema)));
      const validate = await pending;
      return validate(object) ? [] : toFieldErrors(validate.errors ?? [], object);
    },
    async prepare() {
      await compile({ type: 'object', properties: { member: { type: 'string' } } });
    },
  };
}

// An Ajv of its own for each schema: Ajv never lets go of a schema that it has seen, and kinds come and go at run time.
async function compile(schema: Schema): Promise<ValidateFunction> {
  const { Ajv } = await import('ajv');
  const ajv = new Ajv({
    allErrors: true,
    ownProperties: true,
    strict: false,
    validateFormats: true,
    formats,
    messages: false,
    verbose: true,
    logger: false,
    meta: false,
    validateSchema: false,
    code: { process: stopAtMaxErrors },
  });
  return ajv.compile(toJSONSchema(schema));
}

const maxErrors = 100;

// A body of a million wrong items would otherwise become a million errors before the first is reported.
function stopAtMaxErrors(code: string): string {
  const name = /return function (\w+)\(/.exec(code)?.[1] ?? '';
  return code.replaceAll('errors++;', `if(++errors===${maxErrors}){${name}.errors=vErrors;return false;}`);
}
