import { gunzipSync } from 'node:zlib';
import t from 'tap';
import type { APIVersionDiscovery } from '../../../apis/apidiscovery/v2/types.ts';
import { prepareDiscoveryDocument } from '../endpoints/discovery/prepared-document.ts';
import { newFakeClock } from '../../testing/fake-clock.ts';
import { eventually } from '../../testing/eventually.ts';
import { startAPIServer } from '../../testing/api-server-fixture.ts';
import { type Gadget, gadgetKind } from '../../testing/test-kinds.ts';
import type { HealthCheck } from '../healthz/checks.ts';
import { newDiscoveryEndpoints } from './discovery-endpoints.ts';
import { DiscoveryRegistry } from './discovery-registry.ts';

const text = { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' };
const aggregated = (version: string, rest = '') => ({
  headers: { accept: `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList${rest}` },
});

const check = (
  name: string,
  run: () => void | Promise<void>,
  endpoints = ['healthz', 'readyz'] as const,
): HealthCheck => ({
  name,
  endpoints,
  check: run,
});

function newResource(resource: string): NonNullable<APIVersionDiscovery['resources']>[number] {
  const responseKind = { group: '', version: '', kind: 'Thing' };
  return { resource, responseKind, scope: 'Cluster', singularResource: 'thing', verbs: ['get'] };
}

t.test('health', async (t) => {
  let storage: Error | undefined;
  const { admin, server, logger } = await startAPIServer(t, {
    prepare(each) {
      each.addHealthCheck(
        check('storage', async () => {
          if (storage !== undefined) throw storage;
        }),
      );
      each.addHealthCheck(check('poststarthook/informers', () => undefined));
    },
  });
  for (const path of ['/healthz', '/livez', '/readyz']) {
    const answer = await admin.get(path);
    t.match(answer, { status: 200, text: 'ok', headers: text }, path);
  }
  t.equal(
    (await admin.get('/healthz?verbose')).text,
    '[+]ping ok\n[+]storage ok\n[+]poststarthook/informers ok\nhealthz check passed\n',
  );
  t.equal((await admin.get('/livez?verbose=true')).text, '[+]ping ok\nlivez check passed\n', 'each has its own checks');
  t.equal(
    (await admin.get('/readyz?verbose&exclude=storage')).text,
    '[+]ping ok\n[+]shutdown ok\n[+]storage excluded: ok\n[+]poststarthook/informers ok\nreadyz check passed\n',
  );
  t.match(
    (await admin.get('/readyz?exclude=nope&exclude=none&verbose')).text,
    /\nwarn: some health checks cannot be excluded: no matches for "nope","none"\nreadyz check passed\n$/,
  );
  t.equal((await admin.get('/readyz?exclude=nope')).text, 'ok');
  t.equal((await admin.get('/readyz?exclude=&verbose')).status, 200);
  t.match(await admin.send('POST', '/readyz', { body: {} }), { status: 200, text: 'ok' }, 'with any method');
  for (const path of ['/healthz/ping', '/livez/ping', '/healthz/storage', '/readyz/poststarthook/informers']) {
    t.match(await admin.get(path), { status: 200, headers: { 'x-content-type-options': undefined }, text: 'ok' }, path);
  }
  for (const path of [
    '/livez/storage',
    '/healthz/nope',
    '/healthz/',
    '/healthz/shutdown',
    '/healthz/ping/',
    '/healthz/PING',
  ]) {
    t.match(await admin.get(path), { status: 404, text: '404 page not found\n', headers: text }, path);
  }
  storage = new Error('disk full');
  t.match(await admin.get('/healthz'), {
    status: 500,
    text: '[+]ping ok\n[-]storage failed: reason withheld\n[+]poststarthook/informers ok\nhealthz check failed\n',
    headers: text,
  });
  t.match(logger.lines.at(-1), { message: 'health check failed', fields: { check: 'storage', err: storage } });
  t.match(await admin.get('/healthz?exclude=storage'), { status: 200, text: 'ok' });
  t.match(await admin.get('/healthz/storage'), { status: 500, text: 'internal server error: disk full\n' });
  t.match(await admin.get('/livez'), { status: 200 }, 'who lives need not be ready');
  storage = undefined;
  t.match(await admin.get('/healthz?exclude=ping'), { status: 200 });
  const { text: slis } = await admin.get('/metrics/slis');
  for (const line of [
    'kubernetes_healthcheck{name="storage",type="healthz"} 1',
    'kubernetes_healthchecks_total{name="storage",status="error",type="healthz"} 1',
    'kubernetes_healthchecks_total{name="storage",status="success",type="healthz"} 3',
  ]) {
    t.ok(slis.split('\n').includes(line), line);
  }
  server.shutdown();
  t.match(await admin.get('/readyz/shutdown'), {
    status: 500,
    text: 'internal server error: process is shutting down\n',
  });
  t.match(await admin.get('/livez'), { status: 200 });
});

t.test('version, metrics and the index', async (t) => {
  const { admin } = await startAPIServer(t);
  for (const path of ['/version', '/version/', '/version?x=y']) {
    const answer = await admin.get(path);
    t.equal(answer.text, '{\n  "major": "1",\n  "minor": "36",\n  "gitVersion": "v1.36.0+test"\n}', path);
    t.equal(answer.headers['content-type'], 'application/json');
  }
  const yaml = await admin.get('/version', { headers: { accept: 'application/yaml' } });
  t.equal(yaml.headers['content-type'], 'application/json', 'whatever is accepted');
  const index = await admin.get('/');
  const { paths } = index.json as { paths: string[] };
  t.same(
    paths,
    paths.toSorted((a, b) => (a < b ? -1 : 1)),
  );
  for (const path of [
    '/api',
    '/apis',
    '/apis/test.example.com',
    '/apis/test.example.com/v1',
    '/healthz',
    '/healthz/ping',
    '/openapi/v2',
    '/readyz/shutdown',
    '/version',
  ]) {
    t.ok(paths.includes(path), path);
  }
  for (const path of paths) t.equal((await admin.get(path)).status, 200, `${path} can be read`);
  const metrics = await admin.get('/metrics');
  t.match(metrics.headers['content-type'], /^text\/plain; version=0\.0\.4/);
  t.match(metrics.text, /^apiserver_request_total\{verb="GET",/m);
  t.match(metrics.text, /^apiserver_response_sizes_sum\{verb="GET",[^}]*\} [1-9]\d*$/m);
});

t.test('paths that nobody serves', async (t) => {
  const { admin } = await startAPIServer(t);
  const paths = [
    '/nope',
    '//apis',
    '/apis//',
    '/API',
    '/version/x',
    '/openapi',
    '/openapi/v4',
    '/apis/nope.example.com',
  ];
  for (const path of [
    ...paths,
    '/apis/nope.example.com/v1',
    '/apis/nope.example.com/v1/',
    '/%61pis',
    '/healthz%2Fping',
    '/..',
    '/api/v1',
    '/api/v1/pods',
  ]) {
    const { status, headers, text: body } = await admin.get(path);
    t.equal(status, 404, path);
    t.equal(body, '404 page not found\n');
    t.match(headers, { ...text, 'cache-control': 'no-cache, private' });
  }
  const status =
    '{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"the server could not find the requested resource","reason":"NotFound","details":{},"code":404}\n';
  for (const path of [
    '/apis/test.example.com/v9',
    '/apis/test.example.com/v1/nopes',
    '/apis/test.example.com/v9/gadgets',
  ]) {
    t.match(
      await admin.get(path),
      { status: 404, text: status, headers: { 'content-type': 'application/json' } },
      path,
    );
  }
});

t.test('discovery, the older form', async (t) => {
  const { admin } = await startAPIServer(t, {
    prepare: (server) =>
      server.install<Gadget>(
        { ...gadgetKind, group: '', plural: 'things', singular: 'thing', kind: 'Thing' },
        { groupPriorityMinimum: 9000, versionPriority: 1 },
      ),
  });
  const version = { groupVersion: 'test.example.com/v1', version: 'v1' };
  const group = { name: 'test.example.com', versions: [version], preferredVersion: version };
  for (const path of ['/apis', '/apis/']) {
    t.strictSame((await admin.get(path)).json, { kind: 'APIGroupList', apiVersion: 'v1', groups: [group] });
  }
  t.strictSame((await admin.send('POST', '/apis', { body: {} })).json, {
    kind: 'APIGroupList',
    apiVersion: 'v1',
    groups: [group],
  });
  for (const path of ['/apis/test.example.com', '/apis/test.example.com/']) {
    t.strictSame((await admin.get(path)).json, { kind: 'APIGroup', apiVersion: 'v1', ...group });
  }
  for (const path of ['/api', '/api/']) {
    t.match((await admin.get(path)).json, {
      kind: 'APIVersions',
      versions: ['v1'],
      serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0' }],
    });
  }
  const verbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];
  for (const path of ['/apis/test.example.com/v1', '/apis/test.example.com/v1/']) {
    t.match((await admin.get(path)).json, {
      kind: 'APIResourceList',
      apiVersion: 'v1',
      groupVersion: 'test.example.com/v1',
      resources: [
        { name: 'gadgets', singularName: 'gadget', namespaced: false, kind: 'Gadget', verbs },
        { name: 'widgets', singularName: 'widget', namespaced: true, kind: 'Widget', verbs, shortNames: ['wd'] },
        {
          name: 'widgets/status',
          singularName: '',
          namespaced: true,
          kind: 'Widget',
          verbs: ['get', 'patch', 'update'],
        },
      ],
    });
  }
  t.match((await admin.get('/api/v1')).json, { groupVersion: 'v1', resources: [{ name: 'things' }] });
  t.equal(
    (await admin.get('/apis/test.example.com', { headers: { accept: 'application/yaml' } })).text,
    'apiVersion: v1\nkind: APIGroup\nname: test.example.com\npreferredVersion:\n  groupVersion: test.example.com/v1\n  version: v1\nversions:\n- groupVersion: test.example.com/v1\n  version: v1\n',
  );
  t.match((await admin.get('/apis?pretty=1')).text, /^\{\n {2}"kind": "APIGroupList",/);
});

t.test('discovery, the aggregated form', async (t) => {
  const { admin } = await startAPIServer(t);
  for (const version of ['v2', 'v2beta1']) {
    const answer = await admin.get('/apis', aggregated(version));
    t.match(answer, {
      status: 200,
      headers: {
        'content-type': `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`,
        'cache-control': 'public',
        vary: 'Accept',
        etag: /^"[0-9A-F]{128}"$/,
      },
      json: {
        kind: 'APIGroupDiscoveryList',
        apiVersion: `apidiscovery.k8s.io/${version}`,
        metadata: {},
        items: [
          {
            metadata: { name: 'test.example.com' },
            versions: [
              { version: 'v1', freshness: 'Current', resources: [{ resource: 'gadgets' }, { resource: 'widgets' }] },
            ],
          },
        ],
      },
    });
  }
  t.match((await admin.get('/api', aggregated('v2'))).json, { kind: 'APIGroupDiscoveryList', items: [] });
  const kubectl = aggregated(
    'v2',
    ',application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json',
  );
  t.match((await admin.get('/apis', kubectl)).json, { apiVersion: 'apidiscovery.k8s.io/v2' });
  t.match((await admin.get('/apis', aggregated('v9', ',application/json'))).json, { kind: 'APIGroupList' });
  const notAcceptable = {
    status: 406,
    json: {
      reason: 'NotAcceptable',
      message: 'only the following media types are accepted: application/json, application/yaml',
    },
  };
  t.match(await admin.get('/apis', aggregated('v9')), notAcceptable);
  t.match(await admin.get('/apis', { headers: { accept: 'application/xml' } }), notAcceptable);
});

t.test('what a client has already is not sent again', async (t) => {
  const { admin, server } = await startAPIServer(t);
  const get = (etag?: string) => {
    const { headers } = aggregated('v2');
    return admin.get('/apis', { headers: { ...headers, ...(etag === undefined ? {} : { 'If-None-Match': etag }) } });
  };
  const { etag = '' } = (await get()).headers;
  for (const known of [etag, `W/${etag}`, `"other", ${etag}`, `"a",W/${etag} , "b"`, '*']) {
    const answer = await get(known);
    t.match(
      answer,
      { status: 304, text: '', headers: { etag, vary: 'Accept', 'cache-control': 'public' } },
      known.slice(0, 20),
    );
    t.notOk('content-type' in answer.headers);
  }
  for (const other of ['"other"', etag.slice(0, -2), etag.replaceAll('"', ''), ''])
    t.equal((await get(other)).status, 200);
  const late: APIVersionDiscovery = { version: 'v1', freshness: 'Current', resources: [] };
  server.discovery.set({
    group: 'late.example.com',
    version: 'v1',
    groupPriorityMinimum: 5,
    versionPriority: 1,
    discovery: late,
  });
  const changed = await get(etag);
  t.equal(changed.status, 200, 'until it changes');
  t.not(changed.headers.etag, etag);
  t.match(changed.json, {
    items: [{ metadata: { name: 'test.example.com' } }, { metadata: { name: 'late.example.com' } }],
  });
  t.match((await admin.get('/apis/late.example.com')).json, { kind: 'APIGroup', name: 'late.example.com' });
  t.match(
    await admin.get('/apis/late.example.com/v9'),
    { status: 404, text: '404 page not found\n' },
    'of others only the group is known',
  );
  server.discovery.delete({ group: 'late.example.com', version: 'v1' });
  t.equal((await get()).headers.etag, etag);
  t.equal((await admin.get('/apis/late.example.com')).status, 404);
  const gzip = { headers: { ...aggregated('v2').headers, 'Accept-Encoding': 'gzip' } };
  t.notOk('content-encoding' in (await admin.get('/apis', gzip)).headers, 'small documents are sent as they are');
  server.discovery.set({
    group: 'large.example.com',
    version: 'v1',
    groupPriorityMinimum: 5,
    versionPriority: 1,
    discovery: { ...late, resources: Array.from({ length: 50 }, (_, at) => newResource(`things${at}`)) },
  });
  const zipped = await admin.get('/apis', gzip);
  t.match(zipped.headers, { 'content-encoding': 'gzip', vary: 'Accept, Accept-Encoding', etag: /^"/ });
  t.match(JSON.parse(gunzipSync(zipped.bytes).toString()), {
    items: [{}, { versions: [{ resources: { length: 50 } }] }],
  });
});

t.test('discovery is ready before anybody asks for it, once for changes that come together', async (t) => {
  const registry = new DiscoveryRegistry();
  const clock = newFakeClock();
  newDiscoveryEndpoints({ registry, serverAddress: () => '', clock });
  const discovery: APIVersionDiscovery = { version: 'v1', freshness: 'Current', resources: [] };
  const entry = { group: 'a.example.com', version: 'v1', groupPriorityMinimum: 1, versionPriority: 1, discovery };
  registry.set(entry);
  registry.set({ ...entry, group: 'b.example.com' });
  t.equal(registry.aggregations, 0);
  await clock.advance(200);
  t.equal(registry.aggregations, 1);
  await clock.advance(1000);
  t.equal(registry.aggregations, 1);
  registry.delete(entry);
  await clock.advance(200);
  t.equal(registry.aggregations, 2);
});

t.test('the order of groups and versions', async (t) => {
  const registry = new DiscoveryRegistry();
  const discovery: APIVersionDiscovery = { version: '', freshness: 'Current', resources: [] };
  const entries: readonly (readonly [string, string, number, number])[] = [
    ['b.example.com', 'v1', 1000, 15],
    ['a.example.com', 'v1', 1000, 15],
    ['a.example.com', 'v2', 2000, 15],
    ['a.example.com', 'v1beta1', 10, 20],
    ['a.example.com', 'v10', 10, 15],
    ['', 'v1', 18000, 1],
    ['apiregistration.k8s.io', 'v1', 1, 1],
  ];
  for (const [group, version, groupPriorityMinimum, versionPriority] of entries) {
    registry.set({ group, version, groupPriorityMinimum, versionPriority, discovery: { ...discovery, version } });
  }
  const order = () =>
    registry
      .groups()
      .map(
        ({ metadata, versions }) => `${metadata.name ?? 'core'}: ${versions.map(({ version }) => version).join(' ')}`,
      );
  t.same(order(), ['apiregistration.k8s.io: v1', 'core: v1', 'a.example.com: v1beta1 v10 v2 v1', 'b.example.com: v1']);
  const { generation } = registry;
  t.equal(registry.groups(), registry.groups(), 'a snapshot');
  t.equal(registry.aggregations, 1);
  registry.delete({ group: 'none', version: 'v1' });
  t.equal(registry.generation, generation);
  registry.delete({ group: 'a.example.com', version: 'v2' });
  t.same(order().slice(2), ['a.example.com: v1beta1 v10 v1', 'b.example.com: v1']);
});

t.test('OpenAPI v3', async (t) => {
  const { admin, server } = await startAPIServer(t);
  const index = await admin.get('/openapi/v3');
  t.match(index, { status: 200, headers: { 'content-type': 'text/plain; charset=utf-8', etag: /^"/ } });
  const { paths } = index.json as { paths: Record<string, { serverRelativeURL: string }> };
  const { serverRelativeURL: url = '' } = paths['apis/test.example.com/v1'] ?? {};
  t.match(url, /^\/openapi\/v3\/apis\/test\.example\.com\/v1\?hash=[0-9A-F]{128}$/);
  const known = await admin.get(url);
  t.match(known, {
    status: 200,
    headers: {
      'content-type': 'application/json',
      'cache-control': 'public, immutable',
      expires: /GMT$/,
      vary: 'Accept',
    },
    json: { openapi: '3.0.0', info: { title: 'Test', version: 'v1' } },
  });
  const hash = url.replace(/^.*=/, '');
  t.equal(known.headers.etag, `"${hash}"`);
  t.ok(new Date(known.headers.expires ?? 0).getTime() > Date.now() + 364 * 86_400_000, 'for a year');
  const path = url.replace(/\?.*$/, '');
  const plain = await admin.get(path);
  t.match(plain, { status: 200, headers: { 'cache-control': 'no-cache, private' } });
  t.notOk('expires' in plain.headers);
  t.match(await admin.get(`${path}?hash=DEADBEEF`), {
    status: 301,
    text: '',
    headers: { location: url, 'content-type': 'application/json' },
  });
  t.match(await admin.get(path, { headers: { 'If-None-Match': `"${hash}"` } }), { status: 304, text: '' });
  const zipped = await admin.get(path, { headers: { 'Accept-Encoding': 'gzip' } });
  t.equal(zipped.headers['content-encoding'], 'gzip');
  t.equal(gunzipSync(zipped.bytes).toString(), plain.text);
  for (const type of [
    'application/com.github.proto-openapi.spec.v3@v1.0+protobuf',
    'application/com.github.proto-openapi.spec.v3.v1.0+protobuf',
  ]) {
    const protobuf = await admin.get(path, { headers: { accept: `${type}, application/json;q=0.1` } });
    t.equal(protobuf.headers['content-type'], 'application/com.github.proto-openapi.spec.v3.v1.0+protobuf', type);
    t.equal(protobuf.bytes[0], 0x0a);
  }
  t.match(await admin.get(path, { headers: { accept: 'application/xml' } }), { status: 406 });
  t.equal(
    (await admin.get('/openapi/v3', { headers: { accept: 'application/xml' } })).status,
    200,
    'the index is JSON for all',
  );
  for (const unknown of [
    'apis/nope.example.com/v1',
    'apis/test.example.com/v9',
    '..',
    '__proto__',
    'apis%2Ftest.example.com%2Fv1',
  ]) {
    t.match(await admin.get(`/openapi/v3/${unknown}`), { status: 404, json: { kind: 'Status' } }, unknown);
  }
  const gv = { group: 'far.example.com', version: 'v1' };
  const document = prepareDiscoveryDocument({ openapi: '3.0.0', paths: {} }, 'application/json');
  server.openapi.setDocument(gv, document);
  t.match(
    (await admin.get('/openapi/v3/apis/far.example.com/v1')).json,
    { openapi: '3.0.0' },
    'those of others are passed on',
  );
  t.not((await admin.get('/openapi/v3')).headers.etag, index.headers.etag);
  server.openapi.deleteDocument(gv);
  t.equal((await admin.get('/openapi/v3')).headers.etag, index.headers.etag);
});

t.test('OpenAPI v2', async (t) => {
  const { admin } = await startAPIServer(t);
  const json = await admin.get('/openapi/v2');
  t.match(json, {
    status: 200,
    headers: { 'content-type': 'application/json', etag: /^"[0-9A-F]{128}"$/, vary: 'Accept-Encoding, Accept' },
    json: {
      swagger: '2.0',
      info: { title: 'Test', version: 'v1' },
      definitions: { 'com.example.test.v1.Widget': { type: 'object' } },
    },
  });
  const { etag = '' } = json.headers;
  t.match(await admin.get('/openapi/v2', { headers: { 'If-None-Match': etag } }), { status: 304 });
  for (const type of [
    'application/com.github.proto-openapi.spec.v2@v1.0+protobuf',
    'application/com.github.proto-openapi.spec.v2.v1.0+protobuf',
  ]) {
    const protobuf = await admin.get('/openapi/v2', { headers: { accept: type } });
    t.match(protobuf, {
      status: 200,
      headers: { 'content-type': 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf' },
    });
    t.equal(protobuf.bytes[0], 0x0a);
  }
  t.match(await admin.get('/openapi/v2', { headers: { accept: 'text/html' } }), { status: 406 });
  const head = await admin.send('HEAD', '/openapi/v2');
  t.match(head, { status: 200, text: '', headers: { 'content-length': String(json.bytes.length), etag } });
});

t.test('a check that hangs does not hang the others', async (t) => {
  let release: (() => void) | undefined;
  const { admin } = await startAPIServer(t, {
    prepare: (server) => server.addHealthCheck(check('slow', () => new Promise((resolve) => (release = resolve)))),
  });
  const slow = admin.get('/healthz');
  await eventually('the check', () => release !== undefined);
  t.equal((await admin.get('/livez')).status, 200);
  t.equal((await admin.get('/healthz/ping')).status, 200);
  release?.();
  t.equal((await slow).text, 'ok');
});
