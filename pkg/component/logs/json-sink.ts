import { createRequire } from 'node:module';
import type * as Pino from 'pino';
import type { Clock } from '../id/clock.ts';
import type { LogSink } from './log-sink.ts';
import { type LogStream, maxWaiting, newBoundedWriter } from './log-stream.ts';

/**
 * One JSON object a line, in the manner of Kubernetes' JSON logs: `level`, `ts` (milliseconds since the epoch), `v` (of debug
 * lines), the fields, `msg`. Without a stream, lines go to standard error in the background, so that a reader who stalls does not
 * stall the server.
 */
export function newJSONSink(stream: LogStream | undefined, clock: Clock): LogSink {
  // pino costs some 15 ms to load: a command that logs nothing does not pay for it.
  let root: Root | undefined;
  return newPinoSink(
    () => (root ??= newRoot(stream, clock)).pino,
    () => root?.flush(),
  );
}

interface Root {
  readonly pino: Pino.Logger;
  flush(): void;
}

function newRoot(stream: LogStream | undefined, clock: Clock): Root {
  // Not `import`, because loading happens in the middle of the first, synchronous, log call.
  const { pino } = createRequire(import.meta.url)('pino') as typeof Pino;
  const options: Pino.LoggerOptions = {
    level: 'trace',
    base: null,
    messageKey: 'msg',
    timestamp: () => `,"ts":${clock.now()}`,
    formatters: { level: (level) => ({ level }) },
    // Errors are plain objects when they come here; pino's own serialiser would take them for foreign ones.
    serializers: { err: (value: unknown) => value },
  };
  if (stream !== undefined) {
    const write = newBoundedWriter(
      stream,
      (dropped) => `${JSON.stringify({ level: 'warn', ts: clock.now(), dropped, msg: droppedMessage })}\n`,
    );
    return { pino: pino(options, { write }), flush: () => undefined };
  }
  const destination = pino.destination({ fd: 2, sync: false, maxLength: maxWaiting });
  const logger = pino(options, destination);
  reportDropped(destination, (dropped) => logger.warn({ dropped }, droppedMessage));
  return { pino: logger, flush: () => flushQuietly(destination) };
}

const droppedMessage = 'Log lines were dropped, because they were not read fast enough';

function reportDropped(
  destination: Pino.DestinationStream & NodeJS.EventEmitter,
  report: (dropped: number) => void,
): void {
  let dropped = 0;
  destination.on('drop', () => dropped++);
  destination.on('drain', () => {
    const count = dropped;
    dropped = 0;
    if (count > 0) report(count);
  });
  // Standard error that cannot be written leaves nobody to tell.
  destination.on('error', () => undefined);
}

function flushQuietly(destination: { flushSync(): void }): void {
  try {
    destination.flushSync();
  } catch {
    // Standard error is closed.
  }
}

function newPinoSink(pino: () => Pino.Logger, flush: () => void): LogSink {
  return {
    write: ({ level, v, fields, message }) => pino()[level](v === undefined ? fields : { v, ...fields }, message),
    child(fields) {
      let child: Pino.Logger | undefined;
      return newPinoSink(() => (child ??= pino().child(fields)), flush);
    },
    flush,
  };
}
