import { createHash } from 'node:crypto';
import t from 'tap';
import { newFakeClock } from '../../testing/fake-clock.ts';
import type { OwnRequest } from '../proxy/interface.ts';
import { deleteObject, startAggregator } from '../testing/aggregator-fixture.ts';
import {
  aggregated,
  aggregatedType,
  filledGadgets,
  gadgets,
  isProbe,
  legacy,
  type Routes,
  startDocuments as start,
} from '../testing/documents-fixture.ts';
import { type Behaviour, healthy, newFakeTransport, refused, silent } from '../testing/fake-transport.ts';

const name = 'v1.a.example';
const otherName = 'v2.b.example';

t.test('aggregated discovery of a backend is read once for all its group/versions, and only for those', async (t) => {
  const { clock, register, discovery, asked } = await start(t, { '/apis': aggregated([gadgets]) });
  await register({ name, host: 'a.test', port: 1 });
  await register({ name: otherName, port: 1 });
  await clock.advance(0);
  t.same([...discovery.keys()].toSorted(), [name, otherName]);
  t.same(discovery.get(name), {
    group: 'a.example',
    version: 'v1',
    groupPriorityMinimum: 1000,
    versionPriority: 15,
    discovery: { version: 'v1', resources: [filledGadgets], freshness: 'Current' },
    resources: { kind: 'APIResourceList', groupVersion: 'a.example/v1', resources: [] },
  });
  t.same(discovery.get(otherName)?.discovery, { version: 'v2', resources: [], freshness: 'Current' });
  t.ok(asked().filter((path) => path === '/apis').length <= 2);
});

t.test(
  'a service is called available when its resources are known, for whoever waits for that goes on to use them',
  async (t) => {
    const { clock, register, condition, discovery } = await start(t, {
      '/apis': { ...aggregated([gadgets]), afterMs: 700 },
    });
    await register({ name, host: 'a.test', port: 1 });
    await clock.advance(600);
    t.equal(await condition(name), '');
    await clock.advance(200);
    t.equal(await condition(name), 'True Passed');
    t.same(discovery.get(name)?.discovery.resources, [filledGadgets]);
  },
);

t.test('a service that cannot tell its resources is available all the same', async (t) => {
  const unreadable: Behaviour = { answer: { status: 200, headers: { 'content-type': aggregatedType }, body: 'what?' } };
  for (const [answer, ms] of [
    [unreadable, 10],
    [silent, 3000],
  ] as const) {
    const { clock, register, condition } = await start(t, { '/apis': answer });
    await register({ name, host: 'a.test', port: 1 });
    await clock.advance(ms - 10);
    if (answer === silent) t.equal(await condition(name), '');
    await clock.advance(10);
    t.equal(await condition(name), 'True Passed');
  }
});

t.test('before anything is known an entry is Stale and empty', async (t) => {
  const { clock, register, discovery } = await start(t, { '/apis/a.example/v1': silent });
  await register({ name, host: 'a.test', port: 1 });
  await clock.advance(0);
  t.same(discovery.get(name)?.discovery, { version: 'v1', freshness: 'Stale' });
});

t.test('a backend is asked again every minute, with the entity tag of what is known', async (t) => {
  let resources: readonly unknown[] = [gadgets];
  const tags: unknown[] = [];
  const answer = (request: OwnRequest): Behaviour => {
    tags.push(request.headers['If-None-Match']);
    const etag = `"${resources.length}"`;
    if (request.headers['If-None-Match'] === etag) return { answer: { status: 304 } };
    return aggregated(resources, { etag });
  };
  const { clock, register, discovery, asked } = await start(t, { '/apis': answer });
  await register({ name, host: 'a.test', port: 1 });
  await clock.advance(0);
  asked();
  await clock.advance(60_000);
  t.same(asked().filter((path) => path === '/apis').length, 1);
  t.same(discovery.get(name)?.discovery.resources, [filledGadgets], '304 changes nothing');
  resources = [gadgets, gadgets];
  await clock.advance(60_000);
  t.same(discovery.get(name)?.discovery.resources?.length, 2);
  t.same(tags.slice(-2), ['"1"', '"1"']);
});

t.test(
  'a backend is asked again when it was replaced between two probes, and not whenever a connection is new',
  async (t) => {
    const { clock, register, transport, asked } = await start(t, { '/apis': aggregated([gadgets]) });
    await register({ name, host: 'a.test', port: 1 });
    const reads = (): number => asked().filter((path) => path === '/apis').length;
    await clock.advance(20_000);
    reads();
    transport().reused = false;
    await clock.advance(1000);
    t.equal(reads(), 1);
    await clock.advance(9000);
    t.equal(reads(), 0, 'a backend that closes every connection has nothing to say by it');
    for (let round = 0; round < 10; round++) {
      transport().reused = round % 2 === 0;
      await clock.advance(1000);
    }
    t.ok(reads() <= 3, 'not more often than every five seconds');
  },
);

t.test('a backend without aggregated discovery is asked for each group/version', async (t) => {
  const answers: readonly Behaviour[] = [
    { answer: { status: 404 } },
    { answer: { status: 406 } },
    aggregated([gadgets], { type: 'application/json' }),
    aggregated([gadgets], { type: aggregatedType.replace('v2', 'v2beta1') }),
  ];
  for (const answer of answers) {
    const { clock, register, discovery } = await start(t, { '/apis': answer, '/apis/a.example/v1': legacy });
    await register({ name, host: 'a.test', port: 1 });
    await clock.advance(0);
    const thing = { group: 'a.example', version: 'v1', kind: 'Thing' };
    t.match(discovery.get(name)?.discovery, {
      version: 'v1',
      freshness: 'Current',
      resources: [
        { resource: 'things', responseKind: thing, subresources: [{ subresource: 'status', responseKind: thing }] },
      ],
    });
  }
});

t.test('a group/version that aggregated discovery leaves out is read from its own document', async (t) => {
  const body = { kind: 'APIGroupDiscoveryList', items: [{ metadata: { name: 'else' }, versions: [] }] };
  const answer = { answer: { status: 200, headers: { 'content-type': aggregatedType }, body } };
  const { clock, register, discovery } = await start(t, { '/apis': answer, '/apis/a.example/v1': legacy });
  await register({ name, host: 'a.test', port: 1 });
  await clock.advance(0);
  t.match(discovery.get(name)?.discovery, { freshness: 'Current', resources: [{ resource: 'things' }] });
});

t.test('a dead backend keeps its resources as Stale, and is read again when it is back', async (t) => {
  const fixture = await start(t, { '/apis': aggregated([gadgets]) });
  const { clock, register, discovery, asked } = fixture;
  await register({ name, host: 'a.test', port: 1 });
  await clock.advance(0);
  fixture.routes = { '/apis/a.example/v1': refused, '/apis': refused };
  await clock.advance(1000);
  t.same(discovery.get(name)?.discovery, { version: 'v1', resources: [filledGadgets], freshness: 'Stale' });
  asked();
  await clock.advance(300_000);
  t.same(asked(), [], 'it is left alone');
  fixture.routes = { '/apis': aggregated([gadgets, gadgets]) };
  await clock.advance(1000);
  t.match(discovery.get(name)?.discovery, { freshness: 'Current', resources: [{}, {}] });
});

t.test('documents that cannot be read or make no sense are tried again, and leave what was known', async (t) => {
  const fixture = await start(t, { '/apis': aggregated([gadgets]) });
  const { clock, register, discovery } = fixture;
  await register({ name, host: 'a.test', port: 1 });
  await clock.advance(0);
  const headers = { 'content-type': aggregatedType };
  const nonsense: readonly Routes[] = [
    { '/apis': silent },
    { '/apis': { answer: { status: 200, headers, body: 'not json' } } },
    { '/apis': { answer: { status: 200, headers, body: { items: 3 } } } },
    {
      '/apis': {
        answer: {
          status: 200,
          headers,
          body: { items: [{ metadata: { name: 'a.example' }, versions: [{ version: 'v1', resources: 7 }] }] },
        },
      },
    },
    {
      '/apis/a.example/v1': {
        answer: { status: 200, body: { kind: 'APIResourceList', groupVersion: 'a.example/v1', resources: 5 } },
      },
    },
  ];
  for (const routes of nonsense) {
    fixture.routes = routes;
    await clock.advance(72_000);
    const { discovery: known } = discovery.get(name) ?? {};
    t.same(known, { version: 'v1', resources: [filledGadgets], freshness: 'Stale' }, JSON.stringify(routes));
    fixture.routes = { '/apis': aggregated([gadgets]) };
    await clock.advance(11_000);
    t.equal(discovery.get(name)?.discovery.freshness, 'Current');
  }
});

t.test('a removed APIService leaves discovery and OpenAPI', async (t) => {
  const { clock, register, discovery, openapi, apiServices } = await start(t, {
    '/openapi/v3': { answer: { status: 200, body: { paths: { 'apis/a.example/v1': {} } } } },
    '/openapi/v3/apis/a.example/v1': { answer: { status: 200, body: { openapi: '3.0.0' } } },
  });
  await register({ name, host: 'a.test', port: 1 });
  await clock.advance(0);
  t.same([discovery.size, openapi.size], [1, 1]);
  await deleteObject(apiServices, name);
  await clock.advance(0);
  t.same([discovery.size, openapi.size], [0, 0]);
});

t.test(
  'the OpenAPI document of a group/version is read where the index says, and only when that changes',
  async (t) => {
    const index = (hash: string): Behaviour => ({
      answer: {
        status: 200,
        body: {
          paths: { 'apis/a.example/v1': { serverRelativeURL: `/openapi/v3/apis/a.example/v1?hash=${hash}` }, apis: {} },
        },
      },
    });
    const body = '{"openapi":"3.0.0"}';
    const fixture = await start(t, {
      '/openapi/v3': index('AB'),
      '/openapi/v3/apis/a.example/v1?hash=AB': { answer: { status: 200, body } },
    });
    const { clock, register, openapi, asked } = fixture;
    await register({ name, host: 'a.test', port: 1 });
    await clock.advance(0);
    const hash = createHash('sha512').update(body).digest('hex').toUpperCase();
    t.match(openapi.get(name), { group: 'a.example', version: 'v1', hash });
    t.equal(openapi.get(name)?.json().toString(), body);
    asked();
    await clock.advance(60_000);
    t.same(
      asked().filter((path) => path.startsWith('/openapi')),
      ['/openapi/v3', '/openapi/v2'],
    );

    fixture.routes = {
      '/openapi/v3': index('CD'),
      '/openapi/v3/apis/a.example/v1?hash=CD': { answer: { status: 301, headers: { location: 'elsewhere' } } },
      '/openapi/v3/apis/a.example/v1': { answer: { status: 200, body: '{"openapi":"3.1.0"}' } },
    };
    await clock.advance(60_000);
    t.equal(openapi.get(name)?.json().toString(), '{"openapi":"3.1.0"}', 'an outdated hash is no obstacle');

    fixture.routes = { '/openapi/v3': { answer: { status: 500 } } };
    await clock.advance(60_000);
    t.ok(openapi.has(name), 'a failure leaves what is known');
    fixture.routes = {};
    await clock.advance(60_000);
    t.notOk(openapi.has(name), 'absence does not');
  },
);

t.test('a backend cannot send the gateway elsewhere for its document', async (t) => {
  for (const serverRelativeURL of ['https://evil.test/x', '//evil.test/x', '/a b', '/a\r\nX: y', 7]) {
    const { clock, register, asked } = await start(t, {
      '/openapi/v3': { answer: { status: 200, body: { paths: { 'apis/a.example/v1': { serverRelativeURL } } } } },
    });
    await register({ name, host: 'a.test', port: 1 });
    await clock.advance(0);
    t.ok(asked().includes('/openapi/v3/apis/a.example/v1'), String(serverRelativeURL));
  }
});

t.test('a backend that answers nothing but probes holds nobody up', async (t) => {
  const clock = newFakeClock();
  const newTransport: Parameters<typeof startAggregator>[0]['newTransport'] = (settings) => {
    const transport = newFakeTransport(clock, settings);
    transport.behave = (request) => {
      if (isProbe(request)) return healthy;
      return settings.port === 1 ? silent : aggregated([gadgets]);
    };
    return transport;
  };
  const { register, discovery, stop } = await startAggregator({ newTransport, clock, random: () => 0 });
  t.teardown(() => stop());
  await register({ name, host: 'a.test', port: 1 });
  await register({ name: otherName, port: 2 });
  await clock.advance(10);
  t.equal(discovery.get(name)?.discovery.freshness, 'Stale');
  t.equal(discovery.get(otherName)?.discovery.freshness, 'Current');
});
