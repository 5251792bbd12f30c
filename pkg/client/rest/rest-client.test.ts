import { once } from 'node:events';
import {
  createServer as createPlainServer,
  type IncomingMessage,
  type Server as HTTPServer,
  type ServerResponse,
} from 'node:http';
import { createServer } from 'node:https';
import { type AddressInfo, createServer as createTCPServer, type Server } from 'node:net';
import type { TLSSocket } from 'node:tls';
import t, { type Test } from 'tap';
import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';
import { newExpired, newNotFound } from '../../apimachinery/errors/constructors.ts';
import { isStatusError, type StatusError } from '../../apimachinery/errors/status-error.ts';
import { discardLogger } from '../../component/logs/logger.ts';
import { newFakeClock } from '../../testing/fake-clock.ts';
import { newTestAuthority } from '../../testing/pki.ts';
import { newInformer } from '../cache/informer.ts';
import { newRESTListerWatcher } from '../cache/rest-lister-watcher.ts';
import type { RESTClient, RESTClientOptions } from './interface.ts';
import { newRESTClient } from './rest-client.ts';
import { RESTError } from './rest-error.ts';

const authority = await newTestAuthority();
const servingPair = await authority.serving();
const clientPair = await authority.client('alice', ['dev']);

const widgets = { group: 'example.com', version: 'v1', resource: 'widgets' };
const inNamespace = { ...widgets, namespace: 'n' };
const newWidget = (name: string, resourceVersion = '1'): KubernetesObject => ({
  apiVersion: 'example.com/v1',
  kind: 'Widget',
  metadata: { name, namespace: 'n', resourceVersion },
});

interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  readonly commonName: string | undefined;
}

interface Served {
  readonly url: string;
  readonly seen: Seen[];
  readonly connections: () => number;
  readonly client: (options?: Partial<RESTClientOptions>) => RESTClient;
}

type Answer = (response: ServerResponse, seen: Seen, request: IncomingMessage) => void;

/** An HTTPS server that asks for client certificates, and ends with the test, as do its clients. */
async function serve(t: Test, answer: Answer): Promise<Served> {
  const seen: Seen[] = [];
  let connections = 0;
  const options = {
    cert: servingPair.certPEM,
    key: servingPair.keyPEM,
    ca: authority.caPEM,
    requestCert: true,
    rejectUnauthorized: false,
  };
  const server = createServer(options, (request, response) => void handle(request, response));
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks = await request.toArray();
    const { method = '', url = '', headers } = request;
    const commonName = (request.socket as TLSSocket).getPeerCertificate().subject?.CN;
    const one = { method, url, headers, body: Buffer.concat(chunks).toString(), commonName: String(commonName ?? '') };
    seen.push(one);
    answer(response, one, request);
  };
  server.on('connection', () => connections++);
  const port = await listen(t, server);
  const url = `https://localhost:${port}`;
  const client = (more: Partial<RESTClientOptions> = {}): RESTClient =>
    newTestClient(t, { server: url, ca: authority.caPEM, ...more });
  return { url, seen, connections: () => connections, client };
}

async function listen(t: Test, server: Server): Promise<number> {
  server.listen(0);
  await once(server, 'listening');
  t.teardown(() => {
    server.close();
    if ('closeAllConnections' in server) (server as HTTPServer).closeAllConnections();
  });
  return (server.address() as AddressInfo).port;
}

function newTestClient(t: Test, options: RESTClientOptions): RESTClient {
  const client = newRESTClient(options);
  t.teardown(() => client.close());
  return client;
}

function sendJSON(response: ServerResponse, value: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
}

const sendStatus = (response: ServerResponse, error: StatusError): void => sendJSON(response, error.status, error.code);

const toList = (items: unknown, metadata = {}): unknown => ({
  apiVersion: 'example.com/v1',
  kind: 'WidgetList',
  metadata,
  items,
});

const toLine = (type: string, object: unknown): string => `${JSON.stringify({ type, object })}\n`;

async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('did not reject');
}

/** Resolves when the condition holds, or after five seconds. */
async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 5000;
  while (!condition() && Date.now() < deadline) await new Promise((resolve) => setImmediate(resolve));
}

async function collect<T>(frames: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const frame of frames) all.push(frame);
  return all;
}

void t.test('a client', async (t) => {
  await t.test('sends each verb to its path, with credentials', async (t) => {
    const served = await serve(t, (response, { method, url }) =>
      sendJSON(response, url.includes('/w') && method === 'GET' ? newWidget('w') : newWidget('x')),
    );
    const { certPEM: cert, keyPEM: key } = clientPair;
    const client = served.client({
      server: `${served.url}/prefix/`,
      token: async () => 'secret',
      cert,
      key,
      userAgent: 'test/1',
    });
    const ref = { ...inNamespace, name: 'w' };
    t.same(await client.get(ref), newWidget('w'));
    await client.create(inNamespace, newWidget('w'), { query: { dryRun: 'All' } });
    await client.update({ ...ref, subresource: 'status' }, newWidget('w'));
    await client.patch(ref, { type: 'apply', body: { a: 1 } }, { query: { fieldManager: 'me', force: 'true' } });
    await client.patch(ref, { type: 'json', body: [] });
    await client.delete({ group: '', version: 'v1', resource: 'namespaces', name: 'a b/c' });
    const base = '/prefix/apis/example.com/v1/namespaces/n/widgets';
    t.same(
      served.seen.map(({ method, url, headers }) => [method, url, headers['content-type']]),
      [
        ['GET', `${base}/w`, undefined],
        ['POST', `${base}?dryRun=All`, 'application/json'],
        ['PUT', `${base}/w/status`, 'application/json'],
        ['PATCH', `${base}/w?fieldManager=me&force=true`, 'application/apply-patch+yaml'],
        ['PATCH', `${base}/w`, 'application/json-patch+json'],
        ['DELETE', '/prefix/api/v1/namespaces/a%20b%2Fc', undefined],
      ],
    );
    t.match(served.seen[0], {
      commonName: 'alice',
      headers: { authorization: 'Bearer secret', 'user-agent': 'test/1', accept: 'application/json' },
    });
    t.same(JSON.parse(served.seen[1]?.body ?? ''), newWidget('w'));
    t.ok(served.connections() < 3, 'connections are kept');
    t.throws(() => client.get({ ...widgets, name: '' }), { message: '"" cannot be part of a path' });
    t.throws(() => client.get({ ...widgets, name: '..' }), TypeError);
    t.throws(() => newRESTClient({ server: 'nowhere' }), TypeError);
  });

  await t.test('lists with selectors, and fills in kinds', async (t) => {
    const served = await serve(t, (response, { url }) =>
      sendJSON(
        response,
        toList(url.includes('empty') ? null : [{ metadata: { name: 'a' } }, { ...newWidget('b'), kind: 'Other' }], {
          resourceVersion: '7',
          continue: 'more',
        }),
      ),
    );
    const client = served.client();
    const list = await client.list(widgets, {
      labelSelector: 'a in (b,c)',
      fieldSelector: 'metadata.name=x',
      limit: 2,
      continue: 't',
      resourceVersion: '',
    });
    t.match(list, {
      metadata: { resourceVersion: '7', continue: 'more' },
      items: [{ apiVersion: 'example.com/v1', kind: 'Widget' }, { kind: 'Other' }],
    });
    t.equal(
      served.seen[0]?.url,
      '/apis/example.com/v1/widgets?labelSelector=a+in+%28b%2Cc%29&fieldSelector=metadata.name%3Dx&limit=2&continue=t',
    );
    t.same((await client.list({ ...widgets, namespace: 'empty' })).items, []);
  });

  await t.test('throws the Status of a refusal as it is', async (t) => {
    const served = await serve(t, (response) => sendStatus(response, newNotFound(widgets, 'w')));
    const error = await rejection(served.client().get({ ...widgets, name: 'w' }));
    t.ok(isStatusError(error));
    t.match(error, {
      message: 'widgets.example.com "w" not found',
      code: 404,
      status: { reason: 'NotFound', details: { name: 'w' } },
    });
  });

  await t.test('makes a Status of a refusal without one', async (t) => {
    const cases = [
      {
        code: 404,
        body: '404 page not found',
        reason: 'NotFound',
        message: 'the server could not find the requested resource (get widgets.example.com w): 404 page not found',
      },
      {
        code: 502,
        body: '<h1>\n Bad   Gateway</h1>',
        reason: 'InternalError',
        message: 'an error on the server ("<h1> Bad Gateway</h1>") has prevented the request from succeeding',
      },
      {
        code: 401,
        body: '',
        reason: 'Unauthorized',
        message: 'the server has asked for the client to provide credentials (get widgets.example.com w)',
      },
      {
        code: 302,
        body: '',
        reason: undefined,
        message: 'the server responded with the status code 302 but did not return more information',
      },
      { code: 403, body: '{"kind":"Other"}', reason: 'Forbidden', message: 'the server does not allow this request' },
    ];
    const served = await serve(t, (response) => response.writeHead(current.code).end(current.body));
    let current = { code: 0, body: '' };
    const client = served.client();
    for (const { reason, message, ...one } of cases) {
      current = one;
      const error = (await rejection(client.get({ ...widgets, name: 'w' }))) as StatusError;
      t.equal(isStatusError(error), true);
      t.equal(error.code, one.code);
      t.equal(error.status.reason, reason);
      t.match(error.message, message);
    }
  });

  await t.test('says when what answers is no API server', async (t) => {
    const served = await serve(t, (response) => response.setHeader('content-type', 'text/html').end(body));
    const client = served.client();
    let body = '<html>';
    t.match(await rejection(client.get({ ...widgets, name: 'w' })), {
      code: 'NotAnAPIServer',
      message: `GET ${served.url}/apis/example.com/v1/widgets/w: the answer is no object (text/html); is that an API server?`,
    });
    body = '[]';
    t.match(await rejection(client.list(widgets)), { code: 'NotAnAPIServer' });
    body = 'no frame\n';
    t.match(await rejection(collect(client.watch(widgets))), {
      code: 'NotAnAPIServer',
      message: /a frame of the watch is not JSON/,
    });
    body = '{}\n';
    t.match(await rejection(collect(client.watch(widgets))), {
      code: 'NotAnAPIServer',
      message: /a frame of the watch has no type/,
    });
  });

  await t.test('gives the answer to any request as it is', async (t) => {
    const served = await serve(t, (response, { method, body }) => response.writeHead(500).end(`${method} ${body}`));
    const { status, body } = await served
      .client()
      .raw('/readyz', { method: 'POST', body: 'x', query: { verbose: 'true' }, headers: { 'x-y': 'z' } });
    t.same([status, body.toString()], [500, 'POST x']);
    t.match(served.seen[0], { url: '/readyz?verbose=true', headers: { 'x-y': 'z' } });
  });
});

void t.test('a client that gets no answer', async (t) => {
  const ref = { ...widgets, name: 'w' };

  await t.test('says in words what is wrong', async (t) => {
    const other = await newTestAuthority();
    const expired = await authority.serving(['localhost'], { validity: 'expired' });
    const elsewhere = await authority.serving(['elsewhere.example']);
    const served = await serve(t, (response) => response.end());
    const plain = createPlainServer();
    const free = createTCPServer();
    const closedPort = await listen(t, free);
    await new Promise((resolve) => free.close(resolve));
    const tlsServer = async (pair: { certPEM: string; keyPEM: string }): Promise<string> =>
      `https://localhost:${await listen(
        t,
        createServer({ cert: pair.certPEM, key: pair.keyPEM }, (_request, response) => response.end()),
      )}`;
    const cases: [string, Partial<RESTClientOptions>, string, RegExp][] = [
      [
        'nobody listens',
        { server: `https://localhost:${closedPort}` },
        'Unreachable',
        /^GET https:.*: nothing listens there/,
      ],
      ['unknown host', { server: 'https://nowhere.invalid' }, 'Unreachable', /the host name/],
      [
        'another authority',
        { ca: other.caPEM },
        'TLS',
        /the authority that signed the certificate of the server is not trusted/,
      ],
      [
        'other names',
        { server: await tlsServer(elsewhere) },
        'TLS',
        /the certificate of the server is for other names/,
      ],
      ['expired', { server: await tlsServer(expired) }, 'TLS', /the certificate of the server has expired/],
      ['no TLS', { server: `https://localhost:${await listen(t, plain)}` }, 'TLS', /does not speak TLS/],
      ['a broken bundle', { cert: 'x', key: 'y' }, 'TLS', /^GET /],
    ];
    for (const [name, options, code, message] of cases) {
      const error = await rejection(served.client(options).get(ref));
      t.ok(error instanceof RESTError, name);
      t.match(error, { code, message }, name);
      t.ok((error as Error).cause instanceof Error, 'keeps the cause');
    }
    const served2 = await serve(t, (response) => sendJSON(response, newWidget('w')));
    await served2.client({ ca: other.caPEM, insecureSkipTLSVerify: true }).get(ref);
    const named = { server: await tlsServer(elsewhere), tlsServerName: 'elsewhere.example' };
    t.equal((await served.client(named).raw('/')).status, 200, 'the name to expect can be given');
    const closed = served.client();
    await closed.raw('/');
    await closed.close();
    t.match(await rejection(closed.get(ref)), { name: 'RESTError' });
  });

  await t.test('gives up after its time, at the head and in the body', async (t) => {
    const served = await serve(t, (response, { url }) => {
      if (url.includes('body')) response.writeHead(200).write('{"kind":');
    });
    const client = served.client({ timeoutMs: 60 });
    for (const name of ['head', 'body']) {
      t.match(
        await rejection(client.get({ ...widgets, name })),
        { code: 'Timeout', message: /: no answer within 60 ms$/ },
        name,
      );
    }
    t.match(await rejection(client.get({ ...widgets, name: 'head' }, { timeoutMs: 20 })), { message: /20 ms/ });
    t.match(await rejection(collect(client.watch(widgets))), { code: 'Timeout' }, 'the head of a watch');
  });

  await t.test('gives up with the signal, for its reason', async (t) => {
    const served = await serve(t, (_response, { url }) => {
      if (url.includes('waits')) leaving.abort(new Error('changed my mind'));
    });
    const leaving = new AbortController();
    const client = served.client();
    t.match(await rejection(client.get({ ...widgets, name: 'waits' }, { signal: leaving.signal })), {
      message: 'changed my mind',
    });
    t.match(await rejection(client.get(ref, { signal: leaving.signal })), { message: 'changed my mind' });
    t.equal(served.seen.length, 1, 'an aborted signal sends nothing');
  });

  await t.test(
    'sends a read again over a new connection when the kept one was just closed, and a write never',
    async (t) => {
      const served = await serve(t, (response, { url, method }, request) => {
        const calls = served.seen.filter((one) => one.url === url && one.method === method).length;
        if (calls === 1) request.socket.destroy();
        else sendJSON(response, newWidget('w'));
      });
      const client = served.client();
      t.match(await client.get(ref), newWidget('w'));
      t.equal(served.seen.length, 2);
      t.match(await rejection(client.create(widgets, newWidget('x'))), { code: 'Broken' });
      t.equal(served.seen.length, 3);
    },
  );

  await t.test('tries again when the server asks for it, ten times at most, and not beyond its time', async (t) => {
    const clock = newFakeClock();
    const served = await serve(t, (response, { url }) => {
      const seconds = url.includes('long') ? 31 : 2;
      response.setHeader('retry-after', url.includes('date') ? 'Wed, 21 Oct 2026 07:28:00 GMT' : seconds);
      const calls = served.seen.filter((one) => one.url === url).length;
      if (url.includes('soon') && calls > 2) sendJSON(response, newWidget('w'));
      else response.writeHead(url.includes('bad') ? 400 : 429).end();
    });
    const client = served.client({ clock });
    const soon = client.get({ ...widgets, name: 'soon' });
    for (let retry = 0; retry < 2; retry++) {
      await clock.waitForTimers(2);
      await clock.advance(2000);
    }
    t.match(await soon, newWidget('w'));
    for (const name of ['long', 'date', 'bad']) {
      const before = served.seen.length;
      t.match(await rejection(client.get({ ...widgets, name })), { code: name === 'bad' ? 400 : 429 });
      t.equal(served.seen.length, before + 1, name);
    }
    const never = client.get({ ...widgets, name: 'never' }, { timeoutMs: 60_000 });
    const refused = rejection(never);
    for (let retry = 0; retry < 10; retry++) {
      await clock.waitForTimers(2);
      await clock.advance(2000);
    }
    t.match(await refused, { code: 429, status: { details: { retryAfterSeconds: 2 } } });
    t.equal(served.seen.filter(({ url }) => url.endsWith('never')).length, 11);
    const leaving = new AbortController();
    const left = rejection(client.get({ ...widgets, name: 'left' }, { signal: leaving.signal }));
    await clock.waitForTimers(2);
    leaving.abort(new Error('enough'));
    t.match(await left, { message: 'enough' });
    t.equal(clock.pendingTimers(), 0);
  });
});

void t.test('a watch', async (t) => {
  await t.test('gives frames as they come, however the bytes are cut', async (t) => {
    const text =
      toLine('ADDED', newWidget('ä')) +
      '\n' +
      toLine('BOOKMARK', { metadata: { resourceVersion: '9' } }) +
      toLine('DELETED', newWidget('ä', '2'));
    const served = await serve(t, (response, { url }) => {
      const bytes = Buffer.from(text);
      const size = url.includes('limit=') ? 1 : bytes.length;
      for (let i = 0; i < bytes.length; i += size) response.write(bytes.subarray(i, i + size));
      response.end('{"type":"ADDED","obj');
    });
    for (const query of [{}, { limit: '1' }]) {
      const frames = await collect(
        served.client().watch(widgets, { resourceVersion: '5', allowWatchBookmarks: true, timeoutSeconds: 9, query }),
      );
      t.same(
        frames.map(({ type, object }) => [type, object.metadata.name, object.metadata.resourceVersion]),
        [
          ['ADDED', 'ä', '1'],
          ['BOOKMARK', undefined, '9'],
          ['DELETED', 'ä', '2'],
        ],
        'a frame that was cut off is left out',
      );
    }
    t.equal(
      served.seen[0]?.url,
      '/apis/example.com/v1/widgets?watch=true&resourceVersion=5&allowWatchBookmarks=true&timeoutSeconds=9',
    );
  });

  await t.test('throws what an ERROR frame says, what a refusal says, and that the connection broke', async (t) => {
    const served = await serve(t, (response, { url }, request) => {
      if (url.includes('refused')) sendStatus(response, newExpired('gone'));
      else if (url.includes('frame')) response.end(toLine('ERROR', newExpired('too old').status));
      else if (url.includes('odd')) response.end(toLine('ERROR', {}));
      else response.write(toLine('ADDED', newWidget('a')), () => request.socket.destroy());
    });
    const watch = (namespace: string): Promise<unknown> =>
      rejection(collect(served.client().watch({ ...widgets, namespace })));
    t.match(await watch('refused'), { code: 410, message: 'gone' });
    t.match(await watch('frame'), { code: 410, message: 'too old' });
    t.match(await watch('odd'), { code: 500 });
    t.match(await watch('breaks'), { name: 'RESTError', code: 'Broken' });
  });

  await t.test('ends with the signal, and closes its connection when the reader leaves', async (t) => {
    const open = new Set<ServerResponse>();
    const served = await serve(t, (response) => {
      open.add(response);
      response.on('close', () => open.delete(response));
      response.write(toLine('ADDED', newWidget('a')));
    });
    const client = served.client();
    const leaving = new AbortController();
    const types: string[] = [];
    for await (const { type } of client.watch(widgets, { signal: leaving.signal })) {
      types.push(type);
      setImmediate(() => leaving.abort());
    }
    for await (const { type } of client.watch(widgets)) {
      types.push(type);
      break;
    }
    await collect(client.watch(widgets, { signal: leaving.signal }));
    t.same(types, ['ADDED', 'ADDED']);
    await until(() => open.size === 0);
    t.equal(open.size, 0);
    t.equal(served.seen.length, 2, 'an aborted signal sends nothing');
  });

  await t.test('is given up when the server does not end it in time', async (t) => {
    const clock = newFakeClock();
    const served = await serve(t, (response) => response.write(toLine('ADDED', newWidget('a'))));
    const frames = served.client({ clock }).watch(widgets, { timeoutSeconds: 300 })[Symbol.asyncIterator]();
    await frames.next();
    const next = rejection(frames.next());
    await clock.advance(330_000);
    t.match(await next, { code: 'Timeout', message: /the server did not end the watch after 300 s/ });
    t.equal(clock.pendingTimers(), 0);
  });

  await t.test('refuses a frame without end', async (t) => {
    const served = await serve(t, (response) => {
      const block = Buffer.alloc(8 * 1024 * 1024, 'x');
      for (let i = 0; i < 9; i++) response.write(block);
    });
    t.match(await rejection(collect(served.client().watch(widgets))), {
      code: 'NotAnAPIServer',
      message: /larger than 67108864 bytes/,
    });
  });
});

void t.test('an informer follows a server over its client', async (t) => {
  const events: ServerResponse[] = [];
  const served = await serve(t, (response, { url }) => {
    if (url.includes('watch=true')) {
      events.push(response.writeHead(200));
      response.flushHeaders();
    } else if (url.includes('continue=2')) sendStatus(response, newExpired('the list is too old'));
    else if (url.includes('limit='))
      sendJSON(
        response,
        toList([newWidget('a')], { resourceVersion: '5', continue: served.seen.length < 3 ? '2' : '' }),
      );
    else sendJSON(response, toList([newWidget('a'), newWidget('b')], { resourceVersion: '6' }));
  });
  const listerWatcher = newRESTListerWatcher({
    client: served.client(),
    resource: widgets,
    labelSelector: 'x=y',
    random: () => 0.5,
  });
  const clock = newFakeClock();
  const informer = newInformer({ name: 'widgets', listerWatcher, logger: discardLogger, clock, random: () => 0 });
  const stopping = new AbortController();
  const running = informer.run(stopping.signal);
  await informer.waitForSync(stopping.signal);
  t.same(
    informer.lister.list().map(({ metadata }) => metadata.name),
    ['a', 'b'],
    'a list that expired between pages is read in one piece',
  );
  await until(() => events.length === 1);
  t.equal(
    served.seen.at(-1)?.url,
    '/apis/example.com/v1/widgets?watch=true&labelSelector=x%3Dy&resourceVersion=6&allowWatchBookmarks=true&timeoutSeconds=450',
  );
  events[0]?.write(toLine('ADDED', newWidget('c', '7')) + toLine('BOOKMARK', { metadata: { resourceVersion: '9' } }));
  await until(() => informer.lastSyncResourceVersion() === '9');
  t.equal(informer.lister.size, 3);
  events[0]?.end(toLine('ERROR', newExpired('too old').status));
  await until(() => events.length === 2);
  t.same(
    informer.lister.list().map(({ metadata }) => metadata.name),
    ['a'],
    'listed again',
  );
  stopping.abort();
  await running;
  t.equal(clock.pendingTimers(), 0);
});
