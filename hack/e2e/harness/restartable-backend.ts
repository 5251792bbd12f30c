/**
 * A backend in a process of its own, to be restarted: `node restartable-backend.ts PROTOCOL HOST PORT CERTIFICATE KEY JOURNAL`, where
 * PROTOCOL is `http/1.1` or `h2`. Answers each request with its `X-Id`, having written the identifiers of POST into the journal. After SIGTERM it takes no new connections, ends
 * the requests that it has, and goes.
 */
import { openSync, readFileSync, writeSync } from 'node:fs';
import { type IncomingMessage, type ServerResponse } from 'node:http';
import {
  createSecureServer,
  type Http2SecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type ServerHttp2Session,
} from 'node:http2';
import { createServer } from 'node:https';

const discovery = JSON.stringify({
  kind: 'APIResourceList',
  apiVersion: 'v1',
  groupVersion: 'pair.example.com/v1',
  resources: [
    { name: 'things', singularName: 'thing', namespaced: false, kind: 'Thing', verbs: ['create', 'get', 'list'] },
  ],
});

if (import.meta.main) serve(process.argv.slice(2));

function serve([
  protocol = '',
  host = '',
  port = '',
  certificate = '',
  key = '',
  journalFile = '',
]: readonly string[]): void {
  const journal = openSync(journalFile, 'a');
  const answer = (
    request: IncomingMessage | Http2ServerRequest,
    response: ServerResponse | Http2ServerResponse,
  ): void => {
    const id = request.headers['x-id'];
    request.resume().once('end', () => {
      // Discovery and probes.
      if (typeof id !== 'string') return void response.end(discovery);
      if (request.method === 'POST') writeSync(journal, `${id}\n`);
      setTimeout(() => response.end(id), 1);
    });
  };
  const pair = { cert: readFileSync(certificate), key: readFileSync(key) };
  const listening = (): void => console.log('listening');
  if (protocol === 'h2') {
    const server = createSecureServer(pair, answer);
    const sayGoAway = followSessions(server);
    server.listen(Number(port), host, listening);
    process.once('SIGTERM', () => {
      server.close(() => process.exit());
      sayGoAway();
    });
  } else {
    const server = createServer(pair, answer);
    server.listen(Number(port), host, listening);
    process.once('SIGTERM', () => {
      server.close(() => process.exit());
      setInterval(() => server.closeIdleConnections(), 1);
    });
  }
}

/** Returns what ends each connection when the streams that it has are done. */
function followSessions(server: Http2SecureServer): () => void {
  const sessions = new Set<ServerHttp2Session>();
  server.on('session', (session) => {
    sessions.add(session);
    session.on('error', () => undefined).once('close', () => sessions.delete(session));
  });
  return () => {
    for (const session of sessions) session.close();
  };
}
