/**
 * The least that a durable create over HTTPS can be: each request makes a file of its own, durable before the answer.
 *
 * Usage: node durable-post.ts CERT KEY FOLDER BYTES
 */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { join } from 'node:path';
import { writeDurably } from './durable-files.ts';
import { listenAnywhere } from './listen-anywhere.ts';

const [certFile = '', keyFile = '', folder = '', size = ''] = process.argv.slice(2);
const file = Buffer.alloc(Number(size), '{');
let count = 0;

const server = createServer({ cert: readFileSync(certFile), key: readFileSync(keyFile) }, (request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    writeDurably(join(folder, String(++count)), file).then(
      () => response.writeHead(201, { 'Content-Type': 'application/json' }).end(Buffer.concat(chunks)),
      (error: Error) => response.writeHead(500).end(error.message),
    );
  });
});

console.log(JSON.stringify({ port: await listenAnywhere(server) }));
