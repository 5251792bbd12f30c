/**
 * A backend in a process of its own, to be restarted: `node restartable-backend.ts HOST PORT CERTIFICATE KEY JOURNAL`. Answers each
 * request with its `X-Id`, having written the identifiers of POST into the journal. After SIGTERM it takes no new connections, ends
 * the requests that it has, and goes.
 */
import { openSync, readFileSync, writeSync } from 'node:fs';
import { type IncomingMessage, type ServerResponse } from 'node:http';
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

function serve([host = '', port = '', certificate = '', key = '', journalFile = '']: readonly string[]): void {
  const journal = openSync(journalFile, 'a');
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const id = request.headers['x-id'];
    request.resume().once('end', () => {
      // Discovery and probes.
      if (typeof id !== 'string') return void response.setHeader('Content-Type', 'application/json').end(discovery);
      if (request.method === 'POST') writeSync(journal, `${id}\n`);
      setTimeout(() => response.end(id), 1);
    });
  };
  const server = createServer({ cert: readFileSync(certificate), key: readFileSync(key) }, answer);
  server.listen(Number(port), host, () => console.log('listening'));
  process.once('SIGTERM', () => {
    server.close(() => process.exit());
    setInterval(() => server.closeIdleConnections(), 1);
  });
}
