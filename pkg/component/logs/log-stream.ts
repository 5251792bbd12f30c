/** Where lines go; `process.stderr` is one. */
export interface LogStream {
  write(line: string): unknown;
  readonly isTTY?: boolean;
  /** Characters or bytes that wait to be written. */
  readonly writableLength?: number;
}

/** Most that may wait in a stream before lines are dropped: a log that nobody reads must not fill the memory. */
export const maxWaiting: number = 8 * 1024 * 1024;

/**
 * Writes to a stream unless too much waits there already. `toNotice` makes the line that tells how many were dropped, which is
 * written when there is room again.
 */
export function newBoundedWriter(stream: LogStream, toNotice: (dropped: number) => string): (line: string) => void {
  let dropped = 0;
  return (line) => {
    if ((stream.writableLength ?? 0) > maxWaiting) {
      dropped++;
      return;
    }
    try {
      if (dropped > 0) stream.write(toNotice(dropped));
      dropped = 0;
      stream.write(line);
    } catch {
      // A stream that was ended: nobody is left to tell.
    }
  };
}
