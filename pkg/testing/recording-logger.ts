import type { LogFields, Logger } from '../component/logs/logger.ts';

/** One line of a log. */
export interface LogLine {
  readonly level: 'info' | 'warn' | 'error' | 'debug';
  readonly message: string;
  readonly fields: LogFields;
}

/** A logger that keeps its lines. */
export interface RecordingLogger extends Logger {
  readonly lines: readonly LogLine[];
}

/** Keeps every line; `verbosity` is that of `--v`. */
export function newRecordingLogger(verbosity = 0): RecordingLogger {
  const lines: LogLine[] = [];
  const withFields = (common: LogFields): RecordingLogger => {
    const add = (level: LogLine['level'], message: string, fields: LogFields = {}): void =>
      void lines.push({ level, message, fields: { ...common, ...fields } });
    return {
      lines,
      info: (message, fields) => add('info', message, fields),
      warn: (message, fields) => add('warn', message, fields),
      error: (message, fields) => add('error', message, fields),
      debug: (level, message, fields) => (level <= verbosity ? add('debug', message, fields) : undefined),
      enabled: (level) => level <= verbosity,
      child: (fields) => withFields({ ...common, ...fields }),
      flush: () => undefined,
    };
  };
  return withFields({});
}
