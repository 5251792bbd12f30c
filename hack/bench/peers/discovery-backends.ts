/**
 * Many services in one process: some answer discovery of whatever group/version they are asked for, the others take connections and
 * never say a word. Prints the ports of both.
 *
 * Usage: node discovery-backends.ts CERT KEY HEALTHY SILENT
 */
import { readFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:https';
import { createServer as createRawServer } from 'node:net';
import { listenAnywhere } from './listen-anywhere.ts';

const [certFile = '', keyFile = '', healthy = '0', silent = '0'] = process.argv.slice(2);
const tls = { cert: readFileSync(certFile), key: readFileSync(keyFile) };
const verbs = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'];

const answer: RequestListener = (request, response) => {
  const [, prefix, group = '', version = ''] = (request.url ?? '').split('/');
  response.setHeader('Content-Type', 'application/json');
  if (prefix !== 'apis' || version === '') {
    response.writeHead(404).end('{}');
    return;
  }
  const resources = ['things', 'others', 'more'].map((name) => {
    return { name, singularName: name.slice(0, -1), namespaced: true, kind: name, verbs };
  });
  response.end(
    JSON.stringify({ kind: 'APIResourceList', apiVersion: 'v1', groupVersion: `${group}/${version}`, resources }),
  );
};

function listenMany(count: string, newServer: () => ReturnType<typeof createRawServer>): Promise<number[]> {
  return Promise.all(Array.from({ length: Number(count) }, () => listenAnywhere(newServer())));
}

const ports = {
  healthy: await listenMany(healthy, () => createServer(tls, answer)),
  silent: await listenMany(silent, () => createRawServer(() => undefined)),
};
console.log(JSON.stringify(ports));
