import type { Clock } from '../id/clock.ts';
import type { Loggable, LogLevel, LogLine, LogSink } from './log-sink.ts';
import { type LogStream, newBoundedWriter } from './log-stream.ts';

/** One short line for people: `12:04:05.123 WARN  message  key=value`, followed by the stack when an error is logged as such. */
export function newTextSink(stream: LogStream, clock: Clock): LogSink {
  const toLine = stream.isTTY === true && process.env['NO_COLOR'] === undefined ? toColouredLine : toTextLine;
  const write = newBoundedWriter(stream, (dropped) => `(${dropped} lines were dropped)\n`);
  const newSink = (inherited: Loggable): LogSink => ({
    write: (line) => write(toLine({ ...line, fields: { ...inherited, ...line.fields } }, clock.now())),
    child: (fields) => newSink({ ...inherited, ...fields }),
    flush: () => undefined,
  });
  return newSink({});
}

const labels: Readonly<Record<LogLevel, string>> = { debug: 'DEBUG', info: 'INFO ', warn: 'WARN ', error: 'ERROR' };
const colours: Readonly<Record<LogLevel, number>> = { debug: 90, info: 36, warn: 33, error: 31 };

function toColouredLine(line: LogLine, now: number): string {
  return toTextLine(line, now).replace(labels[line.level], `\u001b[${colours[line.level]}m$&\u001b[0m`);
}

function toTextLine({ level, message, fields }: LogLine, now: number): string {
  const members = Object.entries(fields);
  const pairs = members.map(([name, value]) => `${escapeControls(name)}=${toValue(value)}`).join(' ');
  const stack = level === 'error' ? members.map(([, value]) => toStack(value)).join('') : '';
  return `${toLocalTime(now)} ${labels[level]} ${escapeControls(message)}${pairs === '' ? '' : `  ${pairs}`}\n${stack}`;
}

function toLocalTime(now: number): string {
  const time = new Date(now);
  const clock = [time.getHours(), time.getMinutes(), time.getSeconds()].map((part) => String(part).padStart(2, '0'));
  return `${clock.join(':')}.${String(time.getMilliseconds()).padStart(3, '0')}`;
}

function toValue(value: unknown): string {
  if (isError(value)) return toQuoted(toMessages(value));
  if (typeof value === 'string') return /^[\w./:@+%,-]+$/.test(value) ? value : toQuoted(value);
  return escapeControls(JSON.stringify(value));
}

function toQuoted(text: string): string {
  return escapeControls(JSON.stringify(text));
}

interface LoggedError {
  readonly message: string;
  readonly stack?: unknown;
  readonly cause?: unknown;
}

function isError(value: unknown): value is LoggedError {
  return (
    typeof value === 'object' &&
    value !== null &&
    'name' in value &&
    'message' in value &&
    typeof value.message === 'string'
  );
}

/** The message and those of the causes. */
function toMessages(error: LoggedError): string {
  return isError(error.cause) ? `${error.message}: ${toMessages(error.cause)}` : error.message;
}

function toStack(value: unknown): string {
  if (!isError(value) || typeof value.stack !== 'string') return '';
  const frames = value.stack.split('\n').filter((frame) => /^\s+at /.test(frame));
  return frames.map((frame) => `    ${escapeControls(frame.trim())}\n`).join('');
}

/** Control and bidirectional characters in readable form, so that a text from outside can neither forge a line nor drive the terminal. */
function escapeControls(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return `\\u${code.toString(16).padStart(4, '0')}`;
  });
}
