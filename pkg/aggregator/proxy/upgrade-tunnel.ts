import { request as sendRequest } from 'node:https';
import { maxUpgradeHeadBytes, SocketAgent, type UpgradeAttempt, type UpgradeQuestion } from './upgrade-attempt.ts';
import { joinSockets } from './tunnel.ts';
import { writeSocketHead } from './socket-answer.ts';

/**
 * Asks for any protocol (SPDY/3.1, or what may come). Node's client sends the request line and the header lines byte for byte and
 * parses the head of the answer strictly and within a limit.
 */
export function startTunnel({ context, target, lines, client, backend }: UpgradeQuestion): UpgradeAttempt {
  const request = sendRequest({
    agent: new SocketAgent(backend),
    method: context.method,
    path: target,
    headers: [...lines],
    maxHeaderSize: maxUpgradeHeadBytes,
  });
  request.end();
  return {
    request,
    accept({ socket, head }, answerLines) {
      if (head.length > 0) socket.unshift(head);
      if (client.head.length > 0) client.socket.unshift(client.head);
      writeSocketHead(client.socket, { status: 101, reason: 'Switching Protocols', lines: [...answerLines] });
      joinSockets(client.socket, socket);
    },
  };
}
