import { type IncomingMessage, type ServerResponse, createServer as createPlainServer } from 'node:http';
import { createServer } from 'node:https';
import { type Server, createServer as createRawServer } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import type { Test } from 'tap';
import type { CertificatePair } from '../../../pkg/pki/certificate-pair.ts';

/** What a backend does with a request. */
export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** Serves HTTPS with a certificate until the test ends, and gives the port. */
export function startBackend(t: Test, certificate: CertificatePair, answer: Answer): Promise<number> {
  return listen(t, createServer({ cert: certificate.certPEM, key: certificate.keyPEM }, answer));
}

/** Serves plain HTTP. */
export function startPlainBackend(t: Test, answer: Answer): Promise<number> {
  return listen(t, createPlainServer(answer));
}

/** Accepts connections and never says a word. */
export function startBlackHole(t: Test): Promise<number> {
  return listen(
    t,
    createRawServer(() => undefined),
  );
}

async function listen(t: Test, server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).once('close', () => sockets.delete(socket));
  });
  t.teardown(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** Answers discovery of one group/version with a list of no resources, and anything else with a small object. */
export function newDiscoveryAnswer(groupVersion: string): Answer {
  return (request, response) => {
    response.setHeader('Content-Type', 'application/json');
    const list = { kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources: [] };
    response.end(JSON.stringify(request.url === `/apis/${groupVersion}` ? list : { path: request.url }));
  };
}
