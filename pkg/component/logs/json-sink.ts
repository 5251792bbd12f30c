import { createRequire } from 'node:module';
import type { Logger as PinoLogger } from 'pino';
import type { Clock } from '../id/clock.ts';
import type { Loggable, LogLine, LogSink } from './log-sink.ts';
import { type BoundedStream, newBoundedStream } from './bounded-stream.ts';
import type { LogStream } from './new-logger.ts';

/** Where JSON lines go and what time they bear. */
export interface JSONSinkOptions {
  /** Default: standard error, written in the background so that a reader who stalls does not stall the server. */
  readonly stream?: LogStream;
  readonly clock: Clock;
}

/** Most bytes that wait in memory for standard error. Lines beyond are dropped: a log must not take the server down. */
const maxBufferedBytes = 8 * 1024 * 1024;

/**
 * One JSON object a line, in the manner of Kubernetes' JSON logs: `ts` (milliseconds since the epoch), `level`, `v` (debug lines), the
 * fields, `msg`.
 */
export function newJSONSink(options: JSONSinkOptions): LogSink {
  // pino costs about 15 ms to load: a command that logs nothing does not pay for it.
  let root: Root | undefined;
  const load = (): Root => (root ??= newRoot(options));
  const flush = (): void => root?.flush();
  return newPinoSink(() => load().pino, flush);
}

interface Root {
  readonly pino: PinoLogger;
  flush(): void;
}

function newRoot({ stream, clock }: JSONSinkOptions): Root {
  // `require`, because loading happens in the middle of the first, synchronous, log call.
  const { pino } = createRequire(import.meta.url)('pino') as typeof import('pino');
  const options = {
    level: 'trace',
    base: null,
    messageKey: 'msg',
    timestamp: () => `,"ts":${clock.now()}`,
    formatters: { level: (level: string) => ({ level }) },
  };
  if (stream !== undefined) {
    const bounded: BoundedStream = newBoundedStream(stream);
    return { pino: pino(options, bounded), flush: () => undefined };
  }
  const destination = pino.destination({ fd: 2, sync: false, maxLength: maxBufferedBytes });
  // Standard error that cannot be written leaves nobody to tell.
  destination.on('error', () => undefined);
  return { pino: pino(options, destination), flush: () => destination.flushSync() };
}

function newPinoSink(pino: () => PinoLogger, flush: () => void): LogSink {
  return {
    write(line) {
      pino()[line.level](toMembers(line), line.message);
    },
    child(fields) {
      let child: PinoLogger | undefined;
      return newPinoSink(() => (child ??= pino().child(fields)), flush);
    },
    flush,
  };
}

function toMembers({ v, fields }: LogLine): Loggable {
  return v === undefined ? (fields ?? {}) : { v, ...fields };
}
