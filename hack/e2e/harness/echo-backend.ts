import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Test } from 'tap';
import type { CertificatePair } from '../../../pkg/pki/certificate-pair.ts';

/** Serves what the backend of the recording served: an echo of each request as it came, and some misbehaviour on demand. */
export async function startEchoBackend(t: Test, certificate: CertificatePair): Promise<number> {
  const server = createServer(
    // Whoever comes is asked for a certificate, so that it can be told, too.
    { cert: certificate.certPEM, key: certificate.keyPEM, requestCert: true, rejectUnauthorized: false },
    (request, response) => void serve(request, response),
  );
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    response.writeContinue();
    void serve(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

const discovery = {
  kind: 'APIResourceList',
  apiVersion: 'v1',
  groupVersion: 'echo.example.com/v1',
  resources: [
    {
      name: 'things',
      singularName: 'thing',
      namespaced: true,
      kind: 'Thing',
      verbs: ['get', 'list', 'create', 'watch'],
    },
  ],
};

const modes: Readonly<Record<string, (response: ServerResponse) => void>> = {
  redirect: (response) => void response.writeHead(302, { Location: 'https://evil.example.com/' }).end(),
  'redirect-rel': (response) => void response.writeHead(302, { Location: '/elsewhere' }).end(),
  '500text': (response) => void response.writeHead(500, { 'Content-Type': 'text/plain' }).end('boom'),
  '204': (response) => void response.writeHead(204).end(),
  '304': (response) => void response.writeHead(304, { ETag: '"x"' }).end(),
  'die-before': (response) => void response.socket?.destroy(),
  headers: (response) => {
    const lines = ['Audit-Id', 'theirs', 'Cache-Control', 'max-age=5', 'Connection', 'X-Hop', 'X-Hop', 'drop-me'];
    lines.push(
      'Server',
      'echo',
      'Set-Cookie',
      'a=1',
      'Set-Cookie',
      'b=2',
      'Trailer',
      'X-T',
      'X-Dup',
      '1',
      'X-Dup',
      '2',
    );
    lines.push('Warning', '299 - "careful"', 'Transfer-Encoding', 'chunked', 'Content-Type', 'application/json');
    response.writeHead(200, lines);
    response.addTrailers([['X-T', 't']]);
    response.end('{}');
  },
};

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method, url = '', httpVersion, rawHeaders } = request;
  const mode = new URL(url, 'https://x').searchParams.get('mode') ?? '';
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  const misbehave = modes[mode];
  if (misbehave !== undefined) return misbehave(response);
  if (mode === '103') response.writeEarlyHints({ link: '</x>; rel=preload' });
  else if (request.headers.expect === undefined) response.setHeader('Content-Type', 'application/json');
  if (url === '/apis/echo.example.com/v1') return void response.end(JSON.stringify(discovery));
  const socket = request.socket as TLSSocket;
  const { CN } = socket.getPeerCertificate().subject ?? {};
  const echo = { method, url, httpVersion, rawHeaders, client: { CN }, alpn: socket.alpnProtocol };
  const rest = { bodyBytes: body.length, body: body.toString(), trailers: request.rawTrailers };
  response.end(JSON.stringify({ ...echo, ...rest }));
}
