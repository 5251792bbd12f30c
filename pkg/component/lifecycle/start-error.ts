/** A start that failed for a reason that whoever starts can mend: its message is a sentence for them. */
export class StartError extends Error {
  /** That of the cause, such as `EADDRINUSE`; empty when it has none. */
  readonly code: string;

  constructor(message: string, cause: Error & { readonly code?: string | undefined }) {
    super(message, { cause });
    this.name = 'StartError';
    this.code = cause.code ?? '';
  }
}
