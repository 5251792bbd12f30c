/** How grave a line is. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Fields after redaction: plain JSON values only. */
export type Loggable = Readonly<Record<string, unknown>>;

/** One line. */
export interface LogLine {
  readonly level: LogLevel;
  readonly message: string;
  /** Level of a debug line. */
  readonly v?: number;
  readonly fields: Loggable;
}

/** Gives lines their form and writes them. Does not throw. */
export interface LogSink {
  write(line: LogLine): void;
  /** A sink that adds these fields to every line. */
  child(fields: Loggable): LogSink;
  /** Writes out what is in memory. */
  flush(): void;
}
