/** Structured members of a log line. Values of keys that name secrets are replaced before they are written. */
export type LogFields = Readonly<Record<string, unknown>>;

/**
 * Where the product writes what it has to say (Go: `klog`, `logr.Logger`). Messages are constant sentences; what varies goes
 * into fields. An `Error` goes into the field `err`, where its stack and causes are kept. No method throws.
 */
export interface Logger {
  /** For the operator, always written. */
  info(message: string, fields?: LogFields): void;
  /** Something is wrong and was dealt with. */
  warn(message: string, fields?: LogFields): void;
  /** Something failed. */
  error(message: string, fields?: LogFields): void;
  /** Written when `--v` is at least `level`: 1 and 2 for steady state, 3 requests, 4 and more for debugging (Go: `klog.V(level)`). */
  debug(level: number, message: string, fields?: LogFields): void;
  /** Tells whether `debug(level, …)` would write; for fields that are expensive to make. */
  enabled(level: number): boolean;
  /** A logger that adds these fields to every line. */
  child(fields: LogFields): Logger;
  /** Writes out what is still in memory, now. For the moment before the process ends. */
  flush(): void;
}

/** Writes nothing. */
export const discardLogger: Logger = {
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  debug: () => undefined,
  enabled: () => false,
  child: () => discardLogger,
  flush: () => undefined,
};
