import { type Clock, systemClock } from '../id/clock.ts';
import { newJSONSink } from './json-sink.ts';
import type { LogFields, Logger } from './logger.ts';
import { toLoggable } from './loggable.ts';
import type { LogLevel, LogSink } from './log-sink.ts';
import { newTextSink } from './text-sink.ts';

/** Where lines go; `process.stderr` is one. */
export interface LogStream {
  write(line: string): unknown;
  readonly isTTY?: boolean;
  /** Bytes that wait to be written. Lines are dropped, and counted, while there are more than 8 MiB. */
  readonly writableLength?: number;
}

/** How to log. */
export interface LoggerOptions {
  /** `--v`: `debug` lines up to this level are written. Default 0. */
  readonly verbosity?: number;
  /** Default: standard error. */
  readonly stream?: LogStream;
  /** `text` is for people, `json` for machines. Default `auto`: text when the stream is a terminal. */
  readonly format?: LogFormat;
  /** Default: the system clock. */
  readonly clock?: Clock;
}

/** How lines look. */
export type LogFormat = 'auto' | 'json' | 'text';

/** A logger that writes to one stream. */
export function newLogger(options: LoggerOptions = {}): Logger {
  const { verbosity = 0, clock = systemClock, format = 'auto' } = options;
  const terminal = (options.stream ?? process.stderr).isTTY === true;
  const text = format === 'text' || (format === 'auto' && terminal);
  const sink = text
    ? newTextSink({ stream: options.stream ?? process.stderr, clock })
    : newJSONSink({ ...(options.stream === undefined ? {} : { stream: options.stream }), clock });
  return newSinkLogger(sink, verbosity);
}

function newSinkLogger(sink: LogSink, verbosity: number): Logger {
  const write = (level: LogLevel, message: string, fields: LogFields | undefined, v?: number): void => {
    sink.write({
      level,
      message,
      ...(v === undefined ? {} : { v }),
      ...(fields === undefined ? {} : { fields: toLoggable(fields) }),
    });
  };
  return {
    info: (message, fields) => write('info', message, fields),
    warn: (message, fields) => write('warn', message, fields),
    error: (message, fields) => write('error', message, fields),
    debug(level, message, fields) {
      if (level <= verbosity) write('debug', message, fields, level);
    },
    enabled: (level) => level <= verbosity,
    child: (fields) => newSinkLogger(sink.child(toLoggable(fields)), verbosity),
    flush: () => sink.flush(),
  };
}
