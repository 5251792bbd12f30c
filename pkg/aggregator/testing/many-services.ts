/** A process that runs many services: takes how many by a message, and tells their ports by another. */
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';

const body = JSON.stringify({ kind: 'APIResourceList', apiVersion: 'v1', groupVersion: 'x/v1', resources: [] });

process.once('disconnect', () => process.exit());

const [{ count, cert, key }] = (await once(process, 'message')) as [{ count: number; cert: string; key: string }];
const ports: number[] = [];
for (let index = 0; index < count; index++) {
  const server = createServer({ cert, key }, (request, response) => {
    if (!/^\/apis\/g\d+\/v1$/.test(request.url ?? '')) response.statusCode = 404;
    response.setHeader('Content-Type', 'application/json').end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ports.push((server.address() as AddressInfo).port);
}
process.send?.(ports);
