/** An error with a code, as Node and undici throw them. */
export type CodedError = Error & { readonly code: string };

/**
 * An error with a code, whatever was thrown. Of several attempts that failed together (one for each address of a host), the one
 * that says most.
 */
export function toCodedError(error: unknown): CodedError {
  const one: unknown = error instanceof AggregateError && error.errors.length > 0 ? mostTelling(error) : error;
  if (!(one instanceof Error)) return withCode(new Error(String(one)), 'UNKNOWN');
  const { code } = one as { code?: unknown };
  return typeof code === 'string' && code !== '' ? (one as CodedError) : withCode(new Error(one.message), one.name);
}

function mostTelling({ errors }: AggregateError): unknown {
  // A refusal tells more than the silence of another address.
  return errors.find((each: unknown) => (each as { code?: unknown }).code !== 'ETIMEDOUT') ?? errors[0];
}

function withCode(error: Error, code: string): CodedError {
  return Object.assign(error, { code });
}
