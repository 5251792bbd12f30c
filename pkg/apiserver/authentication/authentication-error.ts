/** Credentials were given and are not valid. `why` goes to the log, and to those who may review tokens; never to the client. */
export class AuthenticationError extends Error {
  /** What helps an operator and is for the log alone. */
  readonly hint: string;

  constructor(why: string, hint: string = '') {
    super(why);
    this.name = 'AuthenticationError';
    this.hint = hint;
  }
}

/** Several failures as one. Source of the form: apimachinery `pkg/util/errors`, `Aggregate`. */
export function joinFailures(failures: readonly AuthenticationError[]): AuthenticationError {
  const [first, ...others] = failures;
  if (first !== undefined && others.length === 0) return first;
  const whys = [...new Set(failures.map(({ message }) => message))];
  const hints = failures.map(({ hint }) => hint).filter((hint) => hint !== '');
  return new AuthenticationError(whys.length === 1 ? (whys[0] ?? '') : `[${whys.join(', ')}]`, hints.join('; '));
}
