import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Upgrade } from '../request-context.ts';

/** Until somebody takes the socket over, its errors concern nobody: the response sees them as its end. */
function ignore(): void {}

/** A connection that asks for another protocol, as a response and as what may be taken over in its place. */
export interface UpgradeRequest {
  readonly response: ServerResponse;
  readonly upgrade: Upgrade;
}

/**
 * Wraps a connection that asks for an upgrade into a response, so that the chain can also refuse it in the ordinary way: with an
 * answer, after which the connection closes.
 */
export function newUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): UpgradeRequest {
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket as Socket);
  socket.on('error', ignore);
  response.once('finish', () => socket.end());
  return {
    response,
    upgrade: {
      takeSocket() {
        response.detachSocket(socket as Socket);
        socket.off('error', ignore);
        // Whoever follows the request goes by its response, which has lost its connection.
        response.statusCode = 101;
        socket.once('close', () => response.emit('close'));
        return { socket, head };
      },
    },
  };
}
