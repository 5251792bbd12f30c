/**
 * The least that a proxy in Node can do: `node:https` or `node:http2` in front, undici behind, headers and bytes passed as they come.
 *
 * Usage: node bare-proxy.ts CERT KEY CLIENT-CERT CLIENT-KEY CA BACKEND-ORIGIN
 */
import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2';
import { createServer } from 'node:https';
import { type Dispatcher, Pool } from 'undici';
import { listenAnywhere } from './listen-anywhere.ts';

const [cert, key, clientCert, clientKey, ca] = process.argv.slice(2, 7).map((file) => readFileSync(file));
const pool = new Pool(process.argv[7] ?? '', {
  connections: 64,
  connect: { cert: clientCert, key: clientKey, ca, servername: 'localhost' } as never,
});

class Answer implements Dispatcher.DispatchHandler {
  readonly #response: ServerResponse;

  constructor(response: ServerResponse) {
    this.#response = response;
  }

  onRequestStart(): void {}

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[]>,
  ): void {
    const { connection: _, ...passed } = headers;
    this.#response.writeHead(status, passed);
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#response.write(chunk);
  }

  onResponseEnd(): void {
    this.#response.end();
  }

  onResponseError(): void {
    this.#response.destroy();
  }
}

function pass(request: IncomingMessage | Http2ServerRequest, response: ServerResponse | Http2ServerResponse): void {
  const { url: path = '', headers } = request;
  const { authorization: _, ...passed } = Object.fromEntries(
    Object.entries(headers).filter(([name]) => !name.startsWith(':')),
  );
  const sent = { ...passed, 'x-remote-user': 'bench' };
  pool.dispatch({ method: 'GET', path, headers: sent }, new Answer(response as ServerResponse));
}

const tls = { cert: cert as Buffer, key: key as Buffer };
console.log(
  JSON.stringify({
    http1: await listenAnywhere(createServer(tls, pass)),
    http2: await listenAnywhere(createSecureServer(tls, pass)),
  }),
);
