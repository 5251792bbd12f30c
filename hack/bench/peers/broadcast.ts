/**
 * The least that a watch can be: whatever is posted goes to everybody who has asked, as a watch event of a certain length. No rules,
 * no storage, no selection, no memory of the past.
 *
 * Usage: node broadcast.ts CERT KEY BYTES
 */
import { readFileSync } from 'node:fs';
import { createSecureServer, type ServerHttp2Stream } from 'node:http2';
import { createServer } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { listenAnywhere } from './listen-anywhere.ts';

const [certFile = '', keyFile = '', length = ''] = process.argv.slice(2);
const tls = { cert: readFileSync(certFile), key: readFileSync(keyFile) };
const watchers = new Set<ServerHttp2Stream | ServerResponse>();
const headers = { 'content-type': 'application/json', 'cache-control': 'no-cache, private' };
const list = '{"metadata":{"resourceVersion":"1"}}';

function broadcast(body: string): void {
  const frame = `{"type":"ADDED","object":${body}`;
  const bytes = Buffer.from(`${frame.padEnd(Number(length) - 2)}}\n`);
  for (const watcher of watchers) watcher.write(bytes);
}

function keep(watcher: ServerHttp2Stream | ServerResponse): void {
  watchers.add(watcher);
  watcher.on('error', () => undefined).once('close', () => watchers.delete(watcher));
}

function takePost(request: IncomingMessage, answer: (body: string) => void): void {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const body = Buffer.concat(chunks).toString();
    broadcast(body);
    answer(body);
  });
}

const http1 = createServer(tls, (request, response) => {
  if (request.method === 'POST') {
    takePost(request, (body) => response.writeHead(201, headers).end(body));
  } else if (request.url?.includes('watch=1') === true) {
    response.writeHead(200, headers).flushHeaders();
    keep(response);
  } else {
    response.end(list);
  }
});

// The client that posts speaks HTTP/1.1, on a connection of its own.
const http2 = createSecureServer({ ...tls, allowHTTP1: true, settings: { maxConcurrentStreams: 1000 } });
http2.on('stream', (stream) => {
  stream.respond({ ':status': 200, ...headers });
  keep(stream);
});
http2.on('request', (request, response) => {
  if (request.httpVersionMajor === 1) http1.emit('request', request, response);
});

console.log(JSON.stringify({ http1: await listenAnywhere(http1), http2: await listenAnywhere(http2) }));
