/**
 * A service whose watches never end by themselves and say something now and then. For each line on standard input it prints how many
 * are open.
 *
 * Usage: node watch-backend.ts CERT KEY
 */
import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { createInterface } from 'node:readline';
import { listenAnywhere } from './listen-anywhere.ts';

const [certFile = '', keyFile = ''] = process.argv.slice(2);
const open = new Set<ServerResponse>();
const frame = '{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"1"}}}\n';

const server = createServer({ cert: readFileSync(certFile), key: readFileSync(keyFile) }, (request, response) => {
  const [, , group, version] = (request.url ?? '').split('/');
  response.setHeader('Content-Type', 'application/json');
  if (request.url?.includes('watch=') !== true) {
    const groupVersion = `${group}/${version}`;
    response.end(JSON.stringify({ kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources: [] }));
    return;
  }
  open.add(response);
  response.once('close', () => open.delete(response));
  response.write(frame);
});

setInterval(() => {
  for (const response of open) response.write(frame);
}, 100).unref();
createInterface({ input: process.stdin }).on('line', () => console.log(JSON.stringify({ open: open.size })));
console.log(JSON.stringify({ port: await listenAnywhere(server) }));
