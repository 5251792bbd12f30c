import type { LogStream } from './new-logger.ts';

/** A stream that drops instead of growing without end. */
export interface BoundedStream {
  write(line: string): void;
}

/** Most bytes that may wait in a stream. */
const maxWaitingBytes = 8 * 1024 * 1024;

/** Writes to a stream unless too much waits there already; says how many lines were dropped when there is room again. */
export function newBoundedStream(stream: LogStream): BoundedStream {
  let dropped = 0;
  return {
    write(line) {
      if ((stream.writableLength ?? 0) > maxWaitingBytes) {
        dropped++;
        return;
      }
      try {
        if (dropped > 0)
          stream.write(
            `{"level":"warn","dropped":${dropped},"msg":"Log lines were dropped, because nobody read them"}\n`,
          );
        dropped = 0;
        stream.write(line);
      } catch {
        // A stream that was ended: nobody is left to tell.
      }
    },
  };
}
