import type { ClientHttp2Session } from 'node:http2';
import type { Socket } from 'node:net';

/** How a connection is watched over. */
export interface LivenessOptions {
  readonly session: ClientHttp2Session;
  readonly socket: Socket;
  /** Milliseconds of silence after which the backend is asked (Go: `ReadIdleTimeout`). */
  readonly pingAfterMs: number;
  /** Milliseconds that it has for any answer (Go: `PingTimeout`). */
  readonly pingTimeoutMs: number;
  /** Nothing has come in that time. */
  readonly onDead: () => void;
}

/**
 * Asks a silent connection whether its backend is still there: a machine that is gone, or a firewall that has forgotten the
 * connection, says nothing, and the kernel would try for a quarter of an hour. Returns the way to stop.
 */
export function watchLiveness({ session, socket, pingAfterMs, pingTimeoutMs, onDead }: LivenessOptions): () => void {
  let timer: NodeJS.Timeout;
  let seen = 0;
  // Every byte counts, not the answer alone, which may stand behind megabytes on a slow way.
  const isSilent = (): boolean => {
    const silent = socket.bytesRead === seen;
    seen = socket.bytesRead;
    return silent;
  };
  const rest = (): void => {
    timer = setTimeout(() => (isSilent() ? askAfter() : rest()), pingAfterMs);
  };
  const askAfter = (): void => {
    if (!session.destroyed) session.ping(ignore);
    timer = setTimeout(() => (isSilent() ? onDead() : rest()), pingTimeoutMs);
  };
  isSilent();
  rest();
  return () => clearTimeout(timer);
}

function ignore(): void {}
