import type { ServerResponse } from 'node:http';
import { connect } from 'node:http2';
import { setImmediate as nextTurn } from 'node:timers/promises';
import t from 'tap';
import { newForbidden, newInternalError, newServiceUnavailable } from '../../apimachinery/errors/constructors.ts';
import { discardLogger } from '../../component/logs/logger.ts';
import { newMetrics } from '../../component/metrics/metrics.ts';
import { systemClock } from '../../component/id/clock.ts';
import { type APIServerFixture, startAPIServer } from '../../testing/api-server-fixture.ts';
import { ask } from '../../testing/ask.ts';
import { eventually } from '../../testing/eventually.ts';
import { newFakeClock } from '../../testing/fake-clock.ts';
import { openRawClient } from '../../testing/raw-client.ts';
import { newWidget } from '../../testing/test-kinds.ts';
import { compareText } from '../endpoints/discovery/compare-text.ts';
import { newPrivilegedGroups } from '../authorization/authorizer.ts';
import { respond, startStream } from '../endpoints/response/respond.ts';
import type { Handler, RequestContext } from '../request-context.ts';
import type { APIServer } from './api-server.ts';
import { newHandlerChain } from './handler-chain.ts';

/** Serves handlers at paths of their own. */
function serving(handlers: Readonly<Record<string, Handler>>): (server: APIServer) => void {
  return (server) => server.addDelegate(({ path }) => handlers[path]);
}

const ok = (context: RequestContext): void => respond(context, { status: 200, contentType: 'text/plain', body: 'ok' });

/** The metrics page without comments, the lines that contain a text. */
async function metric({ metrics }: APIServerFixture, text: string): Promise<string[]> {
  return (await metrics.render()).body.split('\n').filter((line) => line.includes(text) && !line.startsWith('#'));
}

t.test('the filters and their order', async (t) => {
  const chain = newHandlerChain({
    logger: discardLogger,
    metrics: newMetrics().requests,
    authenticators: [],
    authorizer: newPrivilegedGroups([]),
    clock: systemClock,
    shutdown: new AbortController().signal,
  });
  t.same(
    chain.map(({ name }) => name),
    [
      'error-boundary',
      'request-info',
      'metrics',
      'deadline',
      'watch-termination',
      'authentication',
      'impersonation',
      'authorization',
    ],
  );
});

t.test('what a handler throws becomes the answer', async (t) => {
  const cause = new Error('the disk said no');
  const secret = new TypeError('cannot read properties of undefined (password=hunter2)');
  const fixture = await startAPIServer(t, {
    prepare: serving({
      '/forbidden': () => {
        throw newForbidden({ group: 'g', resource: 'things' }, 'x', 'not today');
      },
      '/later': () => {
        throw newServiceUnavailable('come back', 7);
      },
      '/fault': () => {
        throw newInternalError('the disk failed', cause);
      },
      '/bug': async () => {
        throw secret;
      },
      '/odd': () => {
        // oxlint-disable-next-line typescript/only-throw-error -- somebody else's code may
        throw 'not even an error';
      },
    }),
  });
  const { admin, logger } = fixture;
  const forbidden = await admin.get('/forbidden');
  t.equal(forbidden.status, 403);
  t.equal(
    forbidden.text,
    '{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"things.g \\"x\\" is forbidden: not today","reason":"Forbidden","details":{"name":"x","group":"g","kind":"things"},"code":403}\n',
  );
  t.match(forbidden.headers, { 'content-type': 'application/json', 'x-content-type-options': undefined });
  t.same(logger.lines, [], 'a refusal is no event');
  t.match(await admin.get('/later'), { status: 503, headers: { 'retry-after': '7' } });
  t.match(await admin.get('/fault'), { status: 500, json: { message: 'Internal error occurred: the disk failed' } });
  t.match(logger.lines, [{ level: 'warn', message: 'request failed', fields: { err: cause, target: '/fault' } }]);
  for (const path of ['/bug', '/odd']) {
    const { status, headers, json } = await admin.send('PUT', `${path}?a=b`, { body: '{}' });
    t.equal(status, 500);
    t.strictSame(
      json,
      {
        kind: 'Status',
        apiVersion: 'v1',
        metadata: {},
        status: 'Failure',
        message: 'Internal error occurred: unexpected failure; see the server log',
        reason: 'InternalError',
        details: { causes: [{ message: 'unexpected failure; see the server log' }] },
        code: 500,
      },
      'nothing of the bug reaches the client',
    );
    const line = logger.lines.at(-1);
    t.match(line, {
      level: 'error',
      message: 'request handler failed',
      fields: { method: 'PUT', target: `${path}?a=b` },
    });
    t.equal(line?.fields['auditID'], headers['audit-id'], 'the log line is found by the audit id');
  }
  t.equal(logger.lines.at(-2)?.fields['err'], secret, 'with its stack');
  t.match(secret.stack, /handler-chain\.test\.ts/);
});

t.test('errors are answered in a form that the client takes', async (t) => {
  const { admin } = await startAPIServer(t);
  const path = '/apis/test.example.com/v1/nothings';
  const yaml = await admin.get(path, { headers: { accept: 'application/yaml' } });
  t.equal(yaml.headers['content-type'], 'application/yaml');
  t.match(yaml.text, /^apiVersion: v1\ncode: 404\ndetails: \{\}\nkind: Status\n/);
  const table = await admin.get(path, { headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' } });
  t.match(table.json, { kind: 'Status', code: 404 }, 'an error is never a table');
  t.match(
    (await admin.get(path, { headers: { accept: 'image/png' } })).json,
    { kind: 'Status' },
    'JSON if all else fails',
  );
  t.match((await admin.get(`${path}?pretty=true`)).text, /^\{\n {2}"kind": "Status",\n/);
});

t.test('an answer that has begun is cut when it cannot be completed', async (t) => {
  const { port, authority, logger } = await startAPIServer(t, {
    prepare: serving({
      '/half': (context) => {
        startStream(context, { status: 200, contentType: 'text/plain' });
        (context.response as ServerResponse).write('half of it');
        throw new Error('the other half is gone');
      },
      '/after': (context) => {
        ok(context);
        throw new Error('too late to matter');
      },
    }),
  });
  const question = { port, ca: authority.caPEM };
  for (const protocol of ['h1', 'h2'] as const) {
    const lines = [protocol === 'h1' ? 'Authorization' : 'authorization', 'Bearer admin-token'];
    const half = await ask({ ...question, protocol, path: '/half', lines });
    t.match({ status: half.status, cut: half.cut }, { status: 200, cut: true }, protocol);
    const after = await ask({ ...question, protocol, path: '/after', lines });
    t.match({ body: after.body.toString(), cut: after.cut }, { body: 'ok', cut: false }, protocol);
  }
  t.same(
    logger.lines.map(({ level, fields }) => [level, (fields['err'] as Error).message]),
    Array.from({ length: 2 }, () => [
      ['error', 'the other half is gone'],
      ['error', 'too late to matter'],
    ]).flat(),
    'each is a bug and logged',
  );
});

t.test('a path that cannot be parsed', async (t) => {
  const { admin } = await startAPIServer(t);
  t.match(await admin.get('/api/v1/watch'), {
    status: 400,
    json: { reason: 'BadRequest', message: 'unable to determine kind and namespace from url, /api/v1/watch' },
  });
});

t.test('every answer has an audit id', async (t) => {
  const { admin } = await startAPIServer(t);
  const idOf = async (given?: string) =>
    (await admin.get('/healthz', given === undefined ? {} : { headers: { 'Audit-Id': given } })).headers['audit-id'];
  t.match(await idOf(), /^[0-9a-f-]{36}$/);
  t.not(await idOf(), await idOf());
  t.equal(await idOf('mine-1'), 'mine-1', 'that of the client is kept');
  for (const odd of ['x'.repeat(65), 'a b', 'caf\u00e9', '\t', 'a,b c'])
    t.match(await idOf(odd), /^[0-9a-f-]{36}$/, odd);
  t.match((await admin.get('/healthz')).headers, { 'cache-control': 'no-cache, private' });
});

t.test('?timeout= that cannot be read', async (t) => {
  const { admin } = await startAPIServer(t);
  const table: readonly (readonly [string, string])[] = [
    ['abc', 'time: invalid duration "abc"'],
    ['5', 'time: missing unit in duration "5"'],
    ['5parsecs', 'time: unknown unit "parsecs" in duration "5parsecs"'],
    ['-', 'time: invalid duration "-"'],
  ];
  for (const [text, why] of table) {
    const path = `/apis/test.example.com/v1/gadgets?timeout=${text}`;
    t.strictSame((await admin.get(path)).json, {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: `invalid timeout specified in the request URL - ${why}`,
      reason: 'BadRequest',
      code: 400,
    });
  }
  for (const fine of ['', '0', '0s', '1h', '-5s', '1m30.5s', '30s&timeout=x']) {
    t.equal((await admin.get(`/apis/test.example.com/v1/gadgets?timeout=${fine}`)).status, 200, fine);
  }
});

t.test('an ordinary request that takes too long is a 504', async (t) => {
  const clock = newFakeClock(Date.now());
  const waiting: (() => void)[] = [];
  const finished: string[] = [];
  const slow: Handler = async (context) => {
    await new Promise<void>((resolve) => waiting.push(resolve));
    ok(context);
    finished.push(context.target);
  };
  const fixture = await startAPIServer(t, { clock, prepare: serving({ '/slow': slow }) });
  const { admin, logger } = fixture;
  const timeout = {
    status: 504,
    json: { reason: 'Timeout', message: 'Timeout: request did not complete within the allotted timeout', code: 504 },
  };
  const answers = ['/slow', '/slow?timeout=2s', '/slow?timeout=2h'].map((path) => admin.get(path));
  await eventually('three requests', () => waiting.length === 3);
  await clock.advance(2_000);
  t.match(await answers[1], timeout, 'the client may ask for less');
  t.notOk((await answers[1])?.headers['retry-after'], 'nobody should try again blindly');
  await clock.advance(57_999);
  t.equal(waiting.length, 3);
  await clock.advance(1);
  t.match(await answers[0], timeout);
  t.match(await answers[2], timeout, 'and not for more');
  for (const resume of waiting) resume();
  await eventually('the handlers', () => finished.length === 3);
  t.equal((await admin.get('/healthz')).status, 200, 'what a handler answers after that goes nowhere');
  t.same(logger.lines, []);
  const terminations = await metric(fixture, 'apiserver_request_terminations_total');
  t.equal(terminations.length, 1);
  t.match(terminations[0], /code="504".* 3$/);
});

t.test('a body that does not come in time is not waited for', async (t) => {
  const clock = newFakeClock(Date.now());
  const { admin, port, authority, logger } = await startAPIServer(t, { clock });
  const path = '/apis/test.example.com/v1/gadgets';
  const raw = await openRawClient({ port, ca: authority.caPEM });
  const head = 'Host: localhost\r\nAuthorization: Bearer admin-token\r\nContent-Length: 100\r\n\r\n';
  raw.send(`POST ${path} HTTP/1.1\r\n${head}{"metadata":`);
  const session = connect(`https://localhost:${port}`, { ca: authority.caPEM });
  t.teardown(() => session.destroy());
  const stream = session.request({ ':method': 'POST', ':path': path, authorization: 'Bearer admin-token' });
  stream.resume().write('{"metadata":');
  const answered = new Promise((resolve) => stream.once('response', (response) => resolve(response[':status'])));
  await clock.waitForTimers(2);
  await clock.advance(60_000);
  t.match(await raw.closed, /^HTTP\/1\.1 504 [^]*\r\nConnection: close\r\n/);
  t.equal(await answered, 504);
  await eventually('the end of the stream', () => stream.closed);
  t.equal((await admin.get(path)).status, 200);
  t.same(logger.lines, []);
});

t.test('a handler that answers after the 504 does no harm while that waits behind other answers', async (t) => {
  const clock = newFakeClock(Date.now());
  let resume: (() => void) | undefined;
  const slow: Handler = async (context) => {
    await new Promise<void>((resolve) => (resume = resolve));
    ok(context);
  };
  const big: Handler = (context) =>
    respond(context, { status: 200, contentType: 'text/plain', body: Buffer.alloc(1 << 24) });
  const { admin, logger, port, authority } = await startAPIServer(t, {
    clock,
    prepare: serving({ '/slow': slow, '/big': big }),
  });
  const client = await openRawClient({ port, ca: authority.caPEM });
  client.socket.pause();
  const head = 'Host: localhost\r\nAuthorization: Bearer admin-token\r\n\r\n';
  client.send(`GET /big HTTP/1.1\r\n${head}GET /slow?timeout=1s HTTP/1.1\r\n${head}`);
  await eventually('the second request', () => resume !== undefined);
  await clock.advance(1_000);
  resume?.();
  t.equal((await admin.get('/healthz')).status, 200);
  t.same(logger.lines, []);
  client.socket.destroy();
  await client.closed;
});

t.test('an answer that has begun in time may take as long as it likes, and so may a watch', async (t) => {
  const clock = newFakeClock(Date.now());
  let resume: (() => void) | undefined;
  const long: Handler = async (context) => {
    startStream(context, { status: 200, contentType: 'text/plain' });
    await new Promise<void>((resolve) => (resume = resolve));
    context.response.end('all of it');
  };
  const { admin } = await startAPIServer(t, { clock, prepare: serving({ '/long': long }) });
  const answer = admin.get('/long?timeout=1s');
  const watch = await admin.watch('/apis/test.example.com/v1/widgets?watch=true&timeout=1s');
  await eventually('the head', () => resume !== undefined);
  await clock.advance(300_000);
  resume?.();
  t.match(await answer, { status: 200, text: 'all of it' });
  t.equal(watch.state(), 'open');
  t.match(await admin.watch('/apis/test.example.com/v1/widgets?watch=true&timeout=nonsense'), { status: 200 });
});

t.test('requests are counted', async (t) => {
  let release: (() => void) | undefined;
  const slow: Handler = (context) => new Promise<void>((resolve) => (release = resolve)).then(() => ok(context));
  const fixture = await startAPIServer(t, { prepare: serving({ '/slow': slow }) });
  const { admin } = fixture;
  const base = '/apis/test.example.com/v1/namespaces/n/widgets';
  await admin.send('POST', base, { body: newWidget('a') });
  await admin.get(`${base}/a`);
  await admin.get(`${base}/none`);
  await admin.get(base);
  const watch = await admin.watch(`${base}?watch=1`);
  await watch.received(1);
  const slowly = admin.get('/slow');
  await eventually('the slow request', () => release !== undefined);
  const labels = 'group="test.example.com",version="v1",resource="widgets"';
  t.same(await metric(fixture, 'apiserver_current_inflight_requests'), [
    'apiserver_current_inflight_requests{request_kind="mutating"} 0',
    'apiserver_current_inflight_requests{request_kind="readOnly"} 1',
  ]);
  t.match(await metric(fixture, 'apiserver_longrunning_requests'), [/verb="WATCH".* 1$/]);
  t.same(await metric(fixture, 'apiserver_watch_events_total'), [`apiserver_watch_events_total{${labels}} 1`]);
  release?.();
  await slowly;
  watch.leave();
  let lines: string[] = [];
  while (!lines.some((line) => line.includes('"WATCH"'))) {
    await nextTurn();
    lines = await metric(fixture, 'apiserver_request_total{');
  }
  t.same(
    lines
      .filter((line) => line.includes('"widgets"'))
      .map((line) => /verb="(\w+)".*code="(\d+)".* (\d+)$/.exec(line)?.slice(1).join(' ') ?? '')
      .toSorted(compareText),
    ['GET 200 1', 'GET 404 1', 'LIST 200 1', 'POST 201 1', 'WATCH 200 1'],
  );
  t.match(await metric(fixture, 'apiserver_longrunning_requests'), [/verb="WATCH".* 0$/]);
  t.match(await metric(fixture, 'apiserver_request_aborts_total'), [/verb="WATCH".* 1$/], 'who left is told apart');
});

t.test('every request can be logged', async (t) => {
  const { admin, logger } = await startAPIServer(t, { verbosity: 3 });
  await admin.get('/apis/test.example.com/v1/gadgets?limit=1', { headers: { 'User-Agent': 'test/1.0' } });
  await eventually('the line', () => logger.lines.length > 0);
  t.match(logger.lines, [
    {
      level: 'debug',
      message: 'request',
      fields: {
        verb: 'list',
        method: 'GET',
        target: '/apis/test.example.com/v1/gadgets?limit=1',
        user: 'admin',
        userAgent: 'test/1.0',
        code: 200,
      },
    },
  ]);
});

t.test('a server that stops ends watches and lets ordinary requests run to their end', async (t) => {
  let release: (() => void) | undefined;
  const slow: Handler = (context) => new Promise<void>((resolve) => (release = resolve)).then(() => ok(context));
  const { admin, server } = await startAPIServer(t, { prepare: serving({ '/slow': slow }) });
  const path = '/apis/test.example.com/v1/widgets?watch=1';
  const watches = await Promise.all(Array.from({ length: 20 }, () => admin.watch(path)));
  const slowly = admin.get('/slow');
  await eventually('the slow request', () => release !== undefined);
  t.equal((await admin.get('/readyz')).status, 200);
  server.shutdown();
  for (const watch of watches) await watch.over();
  t.same(new Set(watches.map(({ state }) => state())), new Set(['ended']), 'cleanly');
  t.match(await admin.get('/readyz'), { status: 500, text: /\[-\]shutdown failed: reason withheld/ });
  t.equal((await admin.get('/livez')).status, 200);
  t.equal((await admin.get('/apis/test.example.com/v1/widgets')).status, 200, 'requests are still answered');
  t.match(await admin.get(path), {
    status: 503,
    headers: { 'retry-after': '1' },
    json: { message: 'apiserver is shutting down', reason: 'ServiceUnavailable' },
  });
  release?.();
  t.match(await slowly, { status: 200, text: 'ok' });
});
