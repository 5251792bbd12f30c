import { connect } from 'node:http2';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { Status } from '../../apis/meta/v1/types.ts';
import { newTestAuthority } from '../../pkg/testing/pki.ts';
import { newDiscoveryAnswer, startBackend } from './harness/backend.ts';
import { eventually } from './harness/eventually.ts';
import { type Gateway, startGateway } from './harness/gateway.ts';
import { newGatewayClient } from './harness/gateway-client.ts';
import { newKubectl } from './harness/kubectl.ts';
import { toManifests } from './harness/registration.ts';

const things = '/apis/slow.example.com/v1/things';
/** The most that the gateway gives. */
const mostMs = 2500;

/** What a request of the backend came to. */
interface Seen {
  readonly target: string;
  state: 'waits' | 'answered' | 'given up';
}

/** A backend that answers after the time that `for` names, in milliseconds, having said `begin` at once if that is asked for. */
async function startSlow(
  t: Test,
): Promise<{ readonly port: number; readonly ca: string; readonly seen: readonly Seen[] }> {
  const authority = await newTestAuthority();
  const discovery = newDiscoveryAnswer('slow.example.com/v1');
  const seen: Seen[] = [];
  const port = await startBackend(t, await authority.serving(['localhost']), (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'https://x');
    if (pathname !== things) return discovery(request, response);
    const entry: Seen = { target: request.url ?? '', state: 'waits' };
    seen.push(entry);
    const begin = searchParams.get('begin');
    if (begin !== null) response.write(begin);
    const timer = setTimeout(() => response.end('end'), Number(searchParams.get('for')));
    response.once('close', () => {
      clearTimeout(timer);
      entry.state = response.writableFinished ? 'answered' : 'given up';
    });
  });
  return { port, ca: authority.caPEM, seen };
}

/** The code and the reason of an answer, and the milliseconds until it was there. */
interface Answer {
  readonly code: number;
  readonly text: string;
  readonly ms: number;
}

type Ask = (query: string, method?: string) => Promise<Answer>;

async function newHTTP1(t: Test, gateway: Gateway): Promise<Ask> {
  const client = await newGatewayClient(t, gateway);
  return async (query, method = 'GET') => {
    const started = performance.now();
    const { status, text } = await client.send(method, `${things}?${query}`, method === 'GET' ? {} : { body: {} });
    return { code: status, text, ms: performance.now() - started };
  };
}

async function newHTTP2(t: Test, { address, dataDir }: Gateway): Promise<Ask> {
  const pki = (name: string): Promise<string> => readFile(join(dataDir, 'pki', name), 'utf8');
  const session = connect(address, {
    ca: await pki('ca.crt'),
    cert: await pki('admin.crt'),
    key: await pki('admin.key'),
  });
  t.teardown(() => session.destroy());
  return async (query, method = 'GET') => {
    const started = performance.now();
    const stream = session.request({ ':method': method, ':path': `${things}?${query}` }, { endStream: false });
    stream.end(method === 'GET' ? undefined : '{}');
    let code = 0;
    stream.once('response', (headers) => (code = headers[':status'] ?? 0));
    let text = '';
    for await (const chunk of stream as AsyncIterable<Buffer>) text += chunk.toString();
    return { code, text, ms: performance.now() - started };
  };
}

const gateway = await startGateway(t, { args: [`--request-timeout=${mostMs}ms`] });
const { port, ca, seen } = await startSlow(t);
const kubectl = await newKubectl(t, gateway);
await kubectl.ok(['apply', '-f', '-'], toManifests({ group: 'slow.example.com', host: 'localhost', port, ca }));
await kubectl.ok(['wait', '--for=condition=Available', '--timeout=30s', 'apiservice/v1.slow.example.com']);

for (const [protocol, open] of [
  ['HTTP/1.1', newHTTP1],
  ['HTTP/2', newHTTP2],
] as const) {
  t.test(`?timeout= of a request to a service, ${protocol}`, async (t) => {
    const ask = await open(t, gateway);
    const last = (): Seen | undefined => seen.at(-1);

    for (const method of ['GET', 'POST', 'DELETE']) {
      const { code, text, ms } = await ask('for=60000&timeout=400ms&x=%2F;', method);
      const { status, reason, message } = JSON.parse(text) as Status;
      t.same([code, status, reason], [504, 'Failure', 'Timeout'], method);
      t.equal(message, 'Timeout: request did not complete within the allotted timeout', 'as kube-apiserver says it');
      t.ok(ms >= 390 && ms < mostMs, `${method}: ${Math.round(ms)} ms`);
      t.equal(last()?.target, `${things}?for=60000&timeout=400ms&x=%2F;`, 'passed on as it came');
      await eventually('the service to be left', () => last()?.state === 'given up');
    }
    t.match(await ask('for=50&timeout=2s'), { code: 200, text: 'end' }, 'enough time');
    t.match(
      await ask('for=900&timeout=400ms&begin=begin;'),
      { code: 200, text: 'begin;end' },
      'an answer that has begun goes on',
    );

    const long = await ask('for=60000&timeout=1h');
    t.equal(long.code, 504, 'it makes the time shorter, and not longer');
    t.ok(long.ms >= mostMs - 10, `${Math.round(long.ms)} ms`);
    t.match(
      await ask(`for=${mostMs + 300}&watch=true&timeout=400ms`),
      { code: 200, text: 'end' },
      'a watch has no deadline',
    );

    const before = seen.length;
    const bad = await ask('for=1&timeout=soon');
    t.equal(bad.code, 400);
    t.match(JSON.parse(bad.text), {
      reason: 'BadRequest',
      message: 'invalid timeout specified in the request URL - time: invalid duration "soon"',
    });
    t.equal(seen.length, before, 'and the service hears nothing of it');
    t.match(await ask('for=1&timeout=0'), { code: 200 }, 'none is the usual one');
  });
}

t.test('clients in a hurry cannot bring a service into disrepute', async (t) => {
  const ask = await newHTTP1(t, gateway);
  const answers = await Promise.all(Array.from({ length: 20 }, () => ask('for=60000&timeout=100ms')));
  t.ok(answers.every(({ code }) => code === 504));
  const path = '--output=jsonpath={.status.conditions[?(@.type=="tributary.Healthy")].status}';
  t.equal(await kubectl.ok(['get', 'apiservice', 'v1.slow.example.com', path]), 'True');
});

t.test("kubectl's --request-timeout reaches the service", async (t) => {
  const { code, stderr } = await kubectl.run(['get', '--raw', `${things}?for=60000`, '--request-timeout=1s']);
  t.equal(code, 1);
  t.match(stderr, /Timeout|deadline exceeded/i);
  t.match(seen.at(-1)?.target, /[?&]timeout=1s/);
  await eventually('the service to be left', () => seen.at(-1)?.state === 'given up');
});
