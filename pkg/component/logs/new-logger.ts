import { type Clock, systemClock } from '../id/clock.ts';
import { newJSONSink } from './json-sink.ts';
import type { LogLevel, LogSink } from './log-sink.ts';
import type { LogStream } from './log-stream.ts';
import { toLoggable } from './loggable.ts';
import type { LogFields, Logger } from './logger.ts';
import { newTextSink } from './text-sink.ts';

/** How to log. */
export interface LoggerOptions {
  /** `--v`: `debug` lines up to this level are written. Default 0. */
  readonly verbosity?: number;
  /** Default: standard error. */
  readonly stream?: LogStream;
  /** Default `auto`. */
  readonly format?: LogFormat;
  /** Default: the system clock. */
  readonly clock?: Clock;
}

/** How lines look: `text` is for people, `json` for machines, `auto` is text when the stream is a terminal. */
export type LogFormat = 'auto' | 'json' | 'text';

/** A logger that writes to one stream. */
export function newLogger(options: LoggerOptions = {}): Logger {
  const { verbosity = 0, stream, format = 'auto', clock = systemClock } = options;
  const target = stream ?? process.stderr;
  const text = format === 'text' || (format === 'auto' && target.isTTY === true);
  return newSinkLogger(text ? newTextSink(target, clock) : newJSONSink(stream, clock), verbosity);
}

function newSinkLogger(sink: LogSink, verbosity: number): Logger {
  const write = (level: LogLevel, message: string, fields: LogFields | undefined): void =>
    sink.write({ level, message, fields: toLoggable(fields) });
  return {
    info: (message, fields) => write('info', message, fields),
    warn: (message, fields) => write('warn', message, fields),
    error: (message, fields) => write('error', message, fields),
    debug(level, message, fields) {
      if (level <= verbosity) sink.write({ level: 'debug', v: level, message, fields: toLoggable(fields) });
    },
    enabled: (level) => level <= verbosity,
    child: (fields) => newSinkLogger(sink.child(toLoggable(fields)), verbosity),
    flush: () => sink.flush(),
  };
}
