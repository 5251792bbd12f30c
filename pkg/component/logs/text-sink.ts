import type { Clock } from '../id/clock.ts';
import { newBoundedStream } from './bounded-stream.ts';
import type { Loggable, LogLevel, LogLine, LogSink } from './log-sink.ts';
import type { LogStream } from './new-logger.ts';

/** Where text lines go and what time they bear. */
export interface TextSinkOptions {
  readonly stream: LogStream;
  readonly clock: Clock;
}

/** One short line for people: `12:04:05.123 WARN  message  key=value`, followed by the stack when an error is logged as such. */
export function newTextSink({ stream, clock }: TextSinkOptions): LogSink {
  const bounded = newBoundedStream(stream);
  const color = stream.isTTY === true && process.env['NO_COLOR'] === undefined;
  const newSink = (inherited: Loggable): LogSink => ({
    write: (line) => bounded.write(toTextLine(line, { inherited, now: clock.now(), color })),
    child: (fields) => newSink({ ...inherited, ...fields }),
    flush: () => undefined,
  });
  return newSink({});
}

interface LineContext {
  readonly inherited: Loggable;
  readonly now: number;
  readonly color: boolean;
}

const labels: Readonly<Record<LogLevel, string>> = { debug: 'DEBUG', info: 'INFO ', warn: 'WARN ', error: 'ERROR' };
const colors: Readonly<Record<LogLevel, number>> = { debug: 90, info: 36, warn: 33, error: 31 };

function toTextLine(line: LogLine, { inherited, now, color }: LineContext): string {
  const time = toLocalTime(now);
  const label = color ? `\u001b[${colors[line.level]}m${labels[line.level]}\u001b[0m` : labels[line.level];
  const fields = Object.entries({ ...inherited, ...line.fields });
  const pairs = fields.map(([name, value]) => `${name}=${toValue(value)}`).join(' ');
  const stack = line.level === 'error' ? fields.map(([, value]) => toStack(value)).join('') : '';
  return `${time} ${label} ${escape(line.message)}${pairs === '' ? '' : `  ${pairs}`}\n${stack}`;
}

function toLocalTime(now: number): string {
  const time = new Date(now);
  const two = (part: number): string => String(part).padStart(2, '0');
  const clock = [time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(':');
  return `${clock}.${String(time.getMilliseconds()).padStart(3, '0')}`;
}

function toValue(value: unknown): string {
  if (isError(value)) return JSON.stringify(toMessages(value));
  if (typeof value === 'string') return /^[\w./:@+%,-]+$/.test(value) ? value : JSON.stringify(value);
  return JSON.stringify(value);
}

interface LoggedError {
  readonly message: string;
  readonly stack?: string;
  readonly cause?: unknown;
}

function isError(value: unknown): value is LoggedError {
  return (
    typeof value === 'object' &&
    value !== null &&
    'message' in value &&
    'name' in value &&
    typeof value.message === 'string'
  );
}

/** The message and those of the causes, as one line. */
function toMessages(error: LoggedError): string {
  return isError(error.cause) ? `${error.message}: ${toMessages(error.cause)}` : error.message;
}

function toStack(value: unknown): string {
  if (!isError(value) || typeof value.stack !== 'string') return '';
  const frames = value.stack.split('\n').filter((frame) => /^\s+at /.test(frame));
  return frames.map((frame) => `    ${escape(frame.trim())}\n`).join('');
}

/** Control characters as JSON writes them, so that a text from outside cannot forge a line or drive the terminal. */
function escape(text: string): string {
  // oxlint-disable-next-line no-control-regex
  return text.replaceAll(
    /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
