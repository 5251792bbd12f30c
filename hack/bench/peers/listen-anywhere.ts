import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';

/** Listens on any free port of this machine, ignores the errors of connections that break, and answers with the port. */
export async function listenAnywhere(server: Server): Promise<number> {
  server.on('connection', (socket) => socket.on('error', () => undefined));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
