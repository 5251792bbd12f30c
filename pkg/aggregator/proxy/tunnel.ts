import type { Duplex } from 'node:stream';
import type { Socket } from 'node:net';

/** For how many milliseconds nothing may flow. */
export interface TunnelLimits {
  /** While both ends are open. */
  readonly tunnelIdleMs: number;
  /** When one side has ended its sending: nobody may be left at the far end. */
  readonly halfClosedMs: number;
}

/**
 * Watches over two sockets whose bytes flow both ways. An error or the loss of one ends the other. One side may end its sending
 * and go on receiving. Resolves when both are closed.
 */
export function guardTunnel(client: Duplex, backend: Duplex, limits: TunnelLimits): Promise<void> {
  return new Promise((resolve) => {
    let open = 2;
    const closeBoth = (): void => {
      client.destroy();
      backend.destroy();
    };
    // All bytes of both directions go over this socket.
    (client as Socket).setTimeout(limits.tunnelIdleMs, closeBoth);
    for (const [socket, other] of [
      [client, backend],
      [backend, client],
    ] as const) {
      socket.on('error', closeBoth);
      socket.once('end', () => (other as Socket).setTimeout(limits.halfClosedMs, closeBoth));
      socket.once('close', () => {
        // What has arrived from this side still goes out, unless it was cut.
        if (socket.readableEnded && !other.destroyed) other.end(() => other.destroy());
        else other.destroy();
        open--;
        if (open === 0) resolve();
      });
    }
  });
}

/** Lets the bytes of two sockets flow both ways. The end of one side is passed on, the other direction stays. */
export function joinSockets(client: Duplex, backend: Duplex): void {
  client.pipe(backend);
  backend.pipe(client);
}
