/**
 * The least that Node can do: answers every request with bytes that it was given, over TLS. HTTP/1.1 with `node:https`, HTTP/2 with
 * the request and response objects of `node:http2`, and with its bare streams, each on a port of its own.
 *
 * Usage: node same-answer.ts CERT KEY ANSWER, where ANSWER is a JSON file with `headers` and `body` (base64).
 */
import { readFileSync } from 'node:fs';
import { createSecureServer } from 'node:http2';
import { createServer } from 'node:https';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { listenAnywhere } from './listen-anywhere.ts';

const [certFile = '', keyFile = '', answerFile = ''] = process.argv.slice(2);
const tls = { cert: readFileSync(certFile), key: readFileSync(keyFile) };
const answer = JSON.parse(readFileSync(answerFile, 'utf8')) as { headers: Record<string, string>; body: string };
const { headers } = answer;
const body = Buffer.from(answer.body, 'base64');

const delay = monitorEventLoopDelay({ resolution: 10 });
delay.enable();

/** The one number that is read from `/metrics`, since the last time. */
function renderLag(): string {
  const text = `nodejs_eventloop_lag_max_seconds ${delay.max / 1e9}\n`;
  delay.reset();
  return text;
}

const http1 = createServer(tls, (request, response) => {
  if (request.url === '/metrics') response.end(renderLag());
  else response.writeHead(200, headers).end(body);
});

const compat = createSecureServer(tls, (_, response) => {
  response.writeHead(200, headers);
  response.end(body);
});

const streams = createSecureServer(tls);
streams.on('stream', (stream) => {
  stream.respond({ ':status': 200, ...headers });
  stream.end(body);
});

console.log(
  JSON.stringify({
    http1: await listenAnywhere(http1),
    compat: await listenAnywhere(compat),
    streams: await listenAnywhere(streams),
  }),
);
