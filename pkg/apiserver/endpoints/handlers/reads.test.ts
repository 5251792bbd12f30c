import { setTimeout as delay } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import t, { type Test } from 'tap';
import { decodeContinue, encodeContinue } from '../../../apimachinery/runtime/list-continue.ts';
import type { KindDefinition } from '../../../apimachinery/schema/kind-definition.ts';
import { newMemoryStorage } from '../../../storage/memory/memory-storage.ts';
import type { APIAnswer, APIClient } from '../../../testing/api-client.ts';
import { type APIServerFixtureOptions, startAPIServer } from '../../../testing/api-server-fixture.ts';
import { ask, valuesOf } from '../../../testing/ask.ts';
import { openRawClient } from '../../../testing/raw-client.ts';
import { type Gadget, gadgetKind, newGadget, newWidget, type Widget } from '../../../testing/test-kinds.ts';

const group = '/apis/test.example.com/v1';
const widgets = `${group}/namespaces/n/widgets`;
const gadgets = `${group}/gadgets`;
const asTable = { headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json' } };
const as = (kind: string) => ({
  headers: { accept: `application/json;as=${kind};v=v1;g=meta.k8s.io,application/json` },
});

interface List {
  readonly kind: string;
  readonly metadata: { resourceVersion: string; continue?: string; remainingItemCount?: number };
  readonly items: readonly { metadata: { name: string; namespace?: string } }[];
}

/** A server with widgets of these names in namespace `n`, at revisions 2, 3, … */
async function startWith(t: Test, names: readonly string[], options: APIServerFixtureOptions = {}) {
  const fixture = await startAPIServer(t, options);
  for (const name of names) await create(fixture.admin, name);
  return fixture;
}

/** Creates a widget in namespace `n`, or where it says. */
function create(admin: APIClient, name: string, differences: Partial<Widget> = {}): Promise<APIAnswer> {
  const namespace = differences.metadata?.namespace ?? 'n';
  return admin.send('POST', `${group}/namespaces/${namespace}/widgets`, { body: newWidget(name, differences) });
}

async function list(admin: APIClient, query = '', path = widgets): Promise<List> {
  return (await admin.get(`${path}${query}`)).json as List;
}

const namesOf = ({ items }: List): string[] => items.map(({ metadata }) => metadata.name);

const status = (code: number, reason: string, message: string) => ({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  message,
  reason,
  code,
});

t.test('get', async (t) => {
  const { admin } = await startWith(t, ['a']);
  const answer = await admin.get(`${widgets}/a`);
  t.equal(answer.status, 200);
  t.match(answer.headers, { 'content-type': 'application/json', 'cache-control': 'no-cache, private' });
  t.match(
    answer.text,
    /^\{"kind":"Widget","apiVersion":"test\.example\.com\/v1","metadata":\{"name":"a","namespace":"n",.*\}\n$/,
  );
  t.match(answer.json, { metadata: { resourceVersion: '2' }, spec: { size: 1, color: 'red' } });
  const missing = await admin.get(`${widgets}/dry`);
  t.equal(missing.status, 404);
  t.equal(
    missing.text,
    '{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"widgets.test.example.com \\"dry\\" not found","reason":"NotFound","details":{"name":"dry","group":"test.example.com","kind":"widgets"},"code":404}\n',
  );
  t.match(await admin.get(`${group}/namespaces/other/widgets/a`), { status: 404 });
  t.match(await admin.get(`${widgets}/a/status`), { status: 200, json: { kind: 'Widget' } });
  t.strictSame(
    (await admin.get(`${widgets}/a?export=true`)).json,
    status(400, 'BadRequest', 'the export parameter, deprecated since v1.14, is no longer supported'),
  );
  for (const version of ['', '0', '1', '2']) {
    t.equal((await admin.get(`${widgets}/a?resourceVersion=${version}`)).status, 200, `not older than ${version}`);
  }
  t.match(await admin.get(`${widgets}/a?resourceVersion=abc`), { status: 400, json: { reason: 'BadRequest' } });
});

t.test('a revision that is not there: waited for, then refused', async (t) => {
  const { admin } = await startWith(t, ['a']);
  const started = performance.now();
  const [get, all, exact, pages, soon] = await Promise.all([
    admin.get(`${widgets}/a?resourceVersion=99`),
    admin.get(`${widgets}?resourceVersion=99&resourceVersionMatch=NotOlderThan`),
    admin.get(`${widgets}?resourceVersion=99&resourceVersionMatch=Exact`),
    admin.get(`${widgets}?resourceVersion=99&limit=1`),
    admin.get(`${widgets}?resourceVersion=3`),
    create(admin, 'b'),
  ]);
  t.match(soon, { status: 200, json: { items: [{ metadata: { name: 'a' } }, { metadata: { name: 'b' } }] } });
  for (const answer of [get, all, exact, pages]) {
    t.strictSame(answer?.json, {
      ...status(504, 'Timeout', 'Timeout: Too large resource version: 99, current: 3'),
      details: {
        causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
        retryAfterSeconds: 1,
      },
    });
    t.match(answer, { status: 504, headers: { 'retry-after': '1' } });
  }
  t.ok(performance.now() - started >= 2_900, 'three seconds, as upstream has it');
});

t.test('a read that waits for a revision ends with its client, with its time, and with the server', async (t) => {
  const { port, authority, storage, logger, admin, server } = await startWith(t, ['a']);
  const ca = authority.caPEM;
  const late = await admin.get(`${widgets}?resourceVersion=99&timeout=100ms`);
  t.match(late, { status: 504, json: { message: /did not complete within the allotted timeout/ } });
  const client = await openRawClient({ port, ca });
  const line = 'Host: x\r\nAuthorization: Bearer admin-token\r\n\r\n';
  client.send(`GET ${widgets}?resourceVersion=99 HTTP/1.1\r\n${line}`);
  const other = await openRawClient({ port, ca });
  other.send(`GET ${widgets}/a?resourceVersion=99 HTTP/1.1\r\n${line}`);
  // Both wait by the time that an answer to a later request is there.
  await admin.get('/healthz');
  client.socket.destroy();
  other.socket.destroy();
  await Promise.all([client.closed, other.closed]);
  const patient = admin.get(`${widgets}?resourceVersion=99`);
  await admin.get('/healthz');
  server.shutdown();
  t.match(await patient, { status: 503, json: { message: 'apiserver is shutting down' } });
  await storage.close();
  await delay(150);
  t.same(
    logger.lines.filter(({ level }) => level !== 'info'),
    [],
    'nobody has asked the storage since',
  );
});

t.test('list', async (t) => {
  const { admin } = await startWith(t, ['b', 'a', 'a-b', 'a.c']);
  const empty = await admin.get(gadgets);
  t.equal(
    empty.text,
    '{"kind":"GadgetList","apiVersion":"test.example.com/v1","metadata":{"resourceVersion":"5"},"items":[]}\n',
  );
  const page = await list(admin);
  t.match(page, { kind: 'WidgetList', apiVersion: 'test.example.com/v1' });
  t.strictSame(page.metadata, { resourceVersion: '5' });
  t.same(namesOf(page), ['a', 'a-b', 'a.c', 'b'], 'in byte order');
  t.notOk('kind' in (page.items[0] ?? {}), 'the list says what its items are');
  await create(admin, 'z', { metadata: { namespace: 'm' } });
  await create(admin, 'a', { metadata: { namespace: 'n-b' } });
  const all = await list(admin, '', `${group}/widgets`);
  t.same(
    all.items.map(({ metadata: { namespace, name } }) => `${namespace}/${name}`),
    ['m/z', 'n/a', 'n/a-b', 'n/a.c', 'n/b', 'n-b/a'],
    'namespace by namespace',
  );
  t.same(
    namesOf(await list(admin, '', `${group}/namespaces/none/widgets`)),
    [],
    'a namespace of which nothing is known',
  );
  t.same(namesOf(await list(admin, '', `${group}/namespaces/a%2Fb/widgets`)), []);
  t.same(namesOf(await list(admin, '?watch=0')), ['a', 'a-b', 'a.c', 'b']);
});

t.test('list in pages', async (t) => {
  const { admin } = await startWith(t, ['a', 'b', 'c', 'd', 'e']);
  const first = await list(admin, '?limit=2');
  t.same(namesOf(first), ['a', 'b']);
  t.strictSame(first.metadata, { resourceVersion: '6', continue: encodeContinue(6, 'b'), remainingItemCount: 3 });
  t.equal(
    Buffer.from(first.metadata.continue ?? '', 'base64url').toString(),
    '{"v":"meta.k8s.io/v1","rv":6,"start":"/b\\u0000"}',
  );
  await admin.send('DELETE', `${widgets}/c`);
  await create(admin, 'cc');
  const second = await list(admin, `?limit=2&continue=${first.metadata.continue}`);
  t.same(namesOf(second), ['c', 'd'], 'all pages are of one moment');
  t.match(second.metadata, { resourceVersion: '6', remainingItemCount: 1 });
  const third = await list(admin, `?limit=2&continue=${second.metadata.continue}&resourceVersion=0`);
  t.same(namesOf(third), ['e']);
  t.strictSame(third.metadata, { resourceVersion: '6' }, 'nothing follows the last one');
  const rest = await list(admin, `?continue=${first.metadata.continue}`);
  t.same(namesOf(rest), ['c', 'd', 'e'], 'without a limit the rest');
  const latest = await list(admin, `?limit=2&continue=${encodeContinue(-1, 'b')}`);
  t.same([namesOf(latest), latest.metadata.resourceVersion], [['cc', 'd'], '8'], 'or as of now');
  t.same(decodeContinue((await list(admin, '?limit=1', `${group}/widgets`)).metadata.continue ?? ''), {
    revision: 8,
    lastKey: 'n/a',
  });
  t.strictSame((await list(admin, '?limit=5')).metadata, { resourceVersion: '8' }, 'exactly all');
  t.strictSame((await list(admin, '?limit=-1')).metadata, { resourceVersion: '8' });
  t.match(await admin.get(`${widgets}?limit=many`), { status: 400 });
});

t.test('pages of what is selected', async (t) => {
  const { admin } = await startAPIServer(t);
  for (const name of ['a', 'b', 'c', 'd']) {
    await create(admin, name, { metadata: { name, labels: { odd: String(name === 'a' || name === 'c') } } });
  }
  const first = await list(admin, '?limit=1&labelSelector=odd%3Dtrue');
  t.same([namesOf(first), first.metadata.remainingItemCount], [['a'], undefined], 'nobody has counted the rest');
  const second = await list(admin, `?limit=1&labelSelector=odd%3Dtrue&continue=${first.metadata.continue}`);
  t.same([namesOf(second), second.metadata.continue], [['c'], undefined]);
});

t.test('resourceVersion and resourceVersionMatch', async (t) => {
  const { admin } = await startWith(t, ['a', 'b', 'c']);
  const table: readonly (readonly [string, readonly string[], string])[] = [
    ['', ['a', 'b', 'c'], '4'],
    ['?resourceVersion=0', ['a', 'b', 'c'], '4'],
    ['?resourceVersion=2', ['a', 'b', 'c'], '4'],
    ['?resourceVersion=2&limit=5', ['a'], '2'],
    ['?resourceVersion=0&limit=5', ['a', 'b', 'c'], '4'],
    ['?resourceVersion=2&resourceVersionMatch=NotOlderThan', ['a', 'b', 'c'], '4'],
    ['?resourceVersion=2&resourceVersionMatch=NotOlderThan&limit=5', ['a', 'b', 'c'], '4'],
    ['?resourceVersion=0&resourceVersionMatch=NotOlderThan', ['a', 'b', 'c'], '4'],
    ['?resourceVersion=3&resourceVersionMatch=Exact', ['a', 'b'], '3'],
    ['?resourceVersion=1&resourceVersionMatch=Exact', [], '1'],
  ];
  for (const [query, names, version] of table) {
    const page = await list(admin, query);
    t.same([namesOf(page), page.metadata.resourceVersion], [names, version], query);
  }
  const field = 'resourceVersionMatch';
  const invalid = (reason: string, message: string) => ({
    ...status(422, 'Invalid', `ListOptions.meta.k8s.io "" is invalid: ${field}: ${message}`),
    details: { group: 'meta.k8s.io', kind: 'ListOptions', causes: [{ reason, message, field }] },
  });
  const forbidden = (detail: string) => invalid('FieldValueForbidden', `Forbidden: ${detail}`);
  const bad: readonly (readonly [string, object])[] = [
    ['?resourceVersionMatch=Exact', forbidden('resourceVersionMatch is forbidden unless resourceVersion is provided')],
    [
      '?resourceVersionMatch=Exact&resourceVersion=0',
      forbidden('resourceVersionMatch "exact" is forbidden for resourceVersion "0"'),
    ],
    [
      '?resourceVersionMatch=Foo&resourceVersion=1',
      invalid('FieldValueNotSupported', 'Unsupported value: "Foo": supported values: "Exact", "NotOlderThan", ""'),
    ],
    [
      `?continue=${encodeContinue(4, 'a')}&resourceVersion=5`,
      status(400, 'BadRequest', 'specifying resource version is not allowed when using continue'),
    ],
    [
      '?resourceVersion=x',
      status(400, 'BadRequest', 'invalid resource version: strconv.ParseUint: parsing "x": invalid syntax'),
    ],
  ];
  for (const [query, expected] of bad) t.strictSame((await admin.get(`${widgets}${query}`)).json, expected, query);
  const both = await admin.get(`${widgets}?sendInitialEvents=true&resourceVersionMatch=NotOlderThan`);
  t.match(both, {
    status: 422,
    json: {
      message:
        'ListOptions.meta.k8s.io "" is invalid: [resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided, sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list]',
    },
  });
});

t.test('revisions that are gone', async (t) => {
  const { admin } = await startWith(t, ['a', 'b', 'c', 'd', 'e', 'f'], {
    storage: newMemoryStorage({ watchWindow: 2 }),
  });
  t.strictSame(
    (await admin.get(`${widgets}?resourceVersion=2&resourceVersionMatch=Exact`)).json,
    status(410, 'Expired', 'The resourceVersion for the provided list is too old.'),
  );
  const old = await admin.get(`${widgets}?limit=2&continue=${encodeContinue(2, 'b')}`);
  const fresh = encodeContinue(-1, 'b');
  t.strictSame(old.json, {
    ...status(
      410,
      'Expired',
      'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.',
    ),
    metadata: { continue: fresh },
  });
  t.equal(old.status, 410);
  t.same(namesOf(await list(admin, `?limit=2&continue=${fresh}`)), ['c', 'd'], 'the token in the answer goes on');
});

t.test('tokens that are none', async (t) => {
  const { admin } = await startWith(t, ['a']);
  const encode = (token: unknown) => Buffer.from(JSON.stringify(token)).toString('base64url');
  const v = 'meta.k8s.io/v1';
  const table: readonly (readonly [string, string])[] = [
    ['xyz', "invalid character '\u00c7' looking for beginning of value"],
    ['%21', 'illegal base64 data at input byte 0'],
    [encode({ v, rv: 0, start: '/a' }), 'incorrect encoded start resourceVersion (version meta.k8s.io/v1)'],
    [encode({ v, rv: 2, start: '' }), 'encoded start key empty (version meta.k8s.io/v1)'],
    [encode({ v: 'v2', rv: 2, start: '/a' }), 'server does not recognize this encoded version v2'],
    [encode({ v, rv: 2, start: '/../../gadgets/x' }), '/../../gadgets/x'],
  ];
  for (const [token, why] of table) {
    const { json } = await admin.get(`${widgets}?limit=2&continue=${token}`);
    const message = `invalid continue token: continue key is not valid: ${why}`;
    t.strictSame(json, status(400, 'BadRequest', message), token);
  }
});

t.test('selectors', async (t) => {
  const { admin } = await startAPIServer(t);
  await create(admin, 'a', {
    metadata: { name: 'a', labels: { app: 'one', tier: 'x' } },
    spec: { size: 1, color: 'blue' },
  });
  await create(admin, 'b', { metadata: { name: 'b', labels: { app: 'two' } } });
  await create(admin, 'c');
  await create(admin, 'a', { metadata: { namespace: 'm' } });
  const table: readonly (readonly [string, readonly string[]])[] = [
    ['labelSelector=app', ['a', 'b']],
    ['labelSelector=!app', ['c']],
    ['labelSelector=app in (one,two),tier!=x,!none', ['b']],
    ['labelSelector=app%3Done', ['a']],
    ['fieldSelector=metadata.name%3Db', ['b']],
    ['fieldSelector=metadata.name!%3Db', ['a', 'c']],
    ['fieldSelector=metadata.namespace%3Dn', ['a', 'b', 'c']],
    ['fieldSelector=metadata.namespace%3Dm', []],
    ['fieldSelector=spec.color%3Dblue', ['a']],
    ['fieldSelector=spec.color%3Dred&labelSelector=app', ['b']],
    ['fieldSelector=metadata.name%3Da,metadata.name%3Db', []],
  ];
  for (const [query, names] of table)
    t.same(namesOf(await list(admin, `?${encodeURI(query).replaceAll('%253D', '%3D')}`)), names, query);
  t.same(namesOf(await list(admin, '?fieldSelector=metadata.namespace%3Dm', `${group}/widgets`)), ['a']);
  t.strictSame(
    (await admin.get(`${widgets}?fieldSelector=abc`)).json,
    status(400, 'BadRequest', "invalid selector: 'abc'; can't understand 'abc'"),
  );
  t.match(await admin.get(`${widgets}?fieldSelector=spec.size%3D1`), {
    status: 400,
    json: { message: 'field label not supported: spec.size' },
  });
  t.match(await admin.get(`${widgets}?labelSelector=a%3D%3D%3Db`), { status: 400, json: { reason: 'BadRequest' } });
  t.match(await admin.get(`${widgets}?fieldSelector=__proto__%3Dx`), { status: 400 });
});

t.test('tables', async (t) => {
  const { admin } = await startWith(t, ['a', 'b']);
  const one = await admin.get(`${widgets}/a`, asTable);
  t.equal(one.headers['content-type'], 'application/json');
  t.match(one.json, {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: { resourceVersion: '2' },
    columnDefinitions: [
      { name: 'Name', type: 'string', format: 'name', priority: 0 },
      { name: 'Size', type: 'integer', format: '', priority: 0, description: 'How large it is.' },
      { name: 'Color', type: 'string', format: '', priority: 1 },
    ],
    rows: [
      {
        cells: ['a', 1, 'red'],
        object: {
          kind: 'PartialObjectMetadata',
          apiVersion: 'meta.k8s.io/v1',
          metadata: { name: 'a', namespace: 'n' },
        },
      },
    ],
  });
  const all = await admin.get(`${widgets}?limit=1`, asTable);
  t.match(all.json, {
    metadata: { resourceVersion: '3', remainingItemCount: 1, continue: /./ },
    rows: [{ cells: ['a', 1, 'red'] }],
  });
  t.match((await admin.get(`${widgets}?includeObject=None`, asTable)).json, {
    rows: [{ object: null }, { object: null }],
  });
  t.match((await admin.get(`${widgets}/a?includeObject=Object`, asTable)).json, {
    rows: [{ object: { kind: 'Widget', spec: { size: 1 } } }],
  });
  t.match(await admin.get(`${widgets}?includeObject=Some`, asTable), {
    status: 400,
    json: { message: 'unrecognized includeObject value: "Some"' },
  });
  const beta = { headers: { accept: 'application/json;as=Table;v=v1beta1;g=meta.k8s.io' } };
  t.match((await admin.get(widgets, beta)).json, {
    apiVersion: 'meta.k8s.io/v1beta1',
    rows: [{ object: { apiVersion: 'meta.k8s.io/v1beta1' } }],
  });
  await admin.send('POST', gadgets, { body: newGadget('g') });
  t.match((await admin.get(gadgets, asTable)).json, {
    columnDefinitions: [{ name: 'Name' }, { name: 'Created At', type: 'date' }],
    rows: [{ cells: ['g', /^20..-..-..T..:..:..Z$/] }],
  });
  t.match(await admin.get(`${widgets}/none`, asTable), { status: 404, json: { kind: 'Status' } });
});

t.test('metadata only', async (t) => {
  const { admin } = await startWith(t, ['a']);
  const one = (await admin.get(`${widgets}/a`, as('PartialObjectMetadata'))).json;
  t.match(one, { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: { name: 'a' } });
  t.notOk('spec' in (one as object));
  t.match((await admin.get(widgets, as('PartialObjectMetadataList'))).json, {
    kind: 'PartialObjectMetadataList',
    apiVersion: 'meta.k8s.io/v1',
    metadata: { resourceVersion: '2' },
    items: [{ kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: { name: 'a' } }],
  });
  t.match(await admin.get(widgets, as('PartialObjectMetadata')), {
    status: 406,
    json: { message: 'you requested PartialObjectMetadata, but the requested object is a list (Widget)' },
  });
  t.match(await admin.get(`${widgets}/a`, as('PartialObjectMetadataList')), {
    status: 406,
    json: { message: 'you requested PartialObjectMetadataList, but the requested object is not a list (Widget)' },
  });
  t.match((await admin.get(widgets, as('Nonsense'))).json, { kind: 'WidgetList' }, 'the next clause counts');
});

t.test('what a client accepts', async (t) => {
  const { admin } = await startWith(t, ['a']);
  const accept = (text: string, path = `${widgets}/a`) => admin.get(path, { headers: { accept: text } });
  const yaml = await accept('application/yaml');
  t.equal(yaml.headers['content-type'], 'application/yaml');
  t.match(yaml.text, /^apiVersion: test\.example\.com\/v1\nkind: Widget\nmetadata:\n {2}creationTimestamp: "/);
  t.match(
    (await accept('application/yaml', widgets)).text,
    /^apiVersion: test\.example\.com\/v1\nitems:\n- metadata:\n/,
  );
  for (const any of ['*/*', 'application/*', 'text/html, */*;q=0.1', 'application/json;q=0.5', '']) {
    t.equal((await accept(any)).headers['content-type'], 'application/json', any);
  }
  t.equal((await accept('application/json;q=0.1, application/yaml')).headers['content-type'], 'application/yaml');
  const routed = (types: string) => ({
    ...status(406, 'NotAcceptable', `406: Not Acceptable\n\nAvailable representations: ${types}`),
    details: {},
  });
  const all = 'application/json, application/yaml, application/vnd.kubernetes.protobuf';
  t.strictSame((await accept('text/xml')).json, routed(all));
  t.strictSame(
    (await accept('text/xml', widgets)).json,
    routed(`${all}, application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch`),
  );
  t.match(await accept('text/xml', `${widgets}/none`), { status: 406 }, 'whether it exists or not');
  t.strictSame(
    (await accept('application/json;as=Table;v=v9;g=meta.k8s.io')).json,
    status(406, 'NotAcceptable', `only the following media types are accepted: ${all}`),
  );
});

t.test('JSON for people', async (t) => {
  const { admin } = await startWith(t, ['a']);
  const pretty =
    /^\{\n {2}"kind": "Widget",\n {2}"apiVersion": "test\.example\.com\/v1",\n {2}"metadata": \{\n[^]*\n\}$/;
  t.match((await admin.get(`${widgets}/a?pretty=true`)).text, pretty);
  t.match((await admin.get(`${widgets}/a?pretty=1`)).text, pretty);
  for (const agent of ['curl/8.0.1', 'Wget/1.2', 'Mozilla/5.0 (X11)']) {
    const headers = { 'User-Agent': agent };
    t.match((await admin.get(`${widgets}/a`, { headers })).text, pretty, agent);
    t.notMatch((await admin.get(`${widgets}/a?pretty=false`, { headers })).text, pretty);
  }
  for (const plain of ['', '?pretty=nonsense', '?pretty=0']) {
    t.notMatch((await admin.get(`${widgets}/a${plain}`)).text, pretty, plain);
  }
  t.match((await admin.get(`${widgets}?pretty=true`)).text, /^\{\n {2}"kind": "WidgetList",\n/);
});

t.test('large answers are compressed for who takes gzip', async (t) => {
  const { admin } = await startAPIServer(t);
  const gadget = (length: number) => newGadget(`g${length}`, { data: { x: 'y'.repeat(length) } });
  await admin.send('POST', gadgets, { body: gadget(100_000) });
  await admin.send('POST', gadgets, { body: gadget(140_000) });
  const get = (path: string, encoding: string) => admin.get(path, { headers: { 'Accept-Encoding': encoding } });
  const large = await get(`${gadgets}/g140000`, 'gzip');
  t.match(large.headers, { 'content-encoding': 'gzip', vary: 'Accept-Encoding', 'content-type': 'application/json' });
  t.match(JSON.parse(gunzipSync(large.bytes).toString()), { data: { x: 'y'.repeat(140_000) } });
  t.equal(large.headers['content-length'], String(large.bytes.length));
  t.equal((await get(gadgets, 'deflate, gzip , br')).headers['content-encoding'], 'gzip', 'lists too');
  t.notOk('content-encoding' in (await get(`${gadgets}/g100000`, 'gzip')).headers, 'small ones are not');
  for (const none of ['identity', 'gzip;q=1.0', 'x-gzip', '']) {
    t.notOk('content-encoding' in (await get(`${gadgets}/g140000`, none)).headers, none);
  }
});

t.test('methods and paths that are not served', async (t) => {
  const kind: KindDefinition<Gadget> = {
    ...gadgetKind,
    group: '',
    kind: 'Namespace',
    plural: 'namespaces',
    singular: 'namespace',
  };
  const readOnly: KindDefinition<Gadget> = { ...gadgetKind, plural: 'readonlies', verbs: ['get', 'list'] };
  const { admin, port, authority } = await startWith(t, ['a'], {
    prepare(server) {
      const priority = { groupPriorityMinimum: 1, versionPriority: 1 };
      server.install(kind, priority);
      server.install(readOnly, priority);
    },
  });
  for (const name of ['foo', 'bar']) await admin.send('POST', '/api/v1/namespaces', { body: { metadata: { name } } });
  const body = { body: newWidget('x') };
  const notAllowed = {
    ...status(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource'),
    details: {},
  };
  const notFound = { ...status(404, 'NotFound', 'the server could not find the requested resource'), details: {} };
  const table: readonly (readonly [number, string, string])[] = [
    [405, 'PUT', widgets],
    [405, 'PATCH', widgets],
    [405, 'POST', `${widgets}/a`],
    [405, 'POST', `${group}/widgets`],
    [405, 'DELETE', `${group}/widgets`],
    [405, 'OPTIONS', widgets],
    [405, 'PROPFIND', `${widgets}/a`],
    [405, 'DELETE', `${widgets}/a/status`],
    [405, 'POST', `${widgets}/a/status`],
    [405, 'POST', `${group}/readonlies`],
    [405, 'DELETE', `${group}/readonlies/x`],
    [405, 'GET', `${group}/proxy/gadgets/a`],
    [404, 'GET', `${group}/nopes`],
    [404, 'GET', `${group}/nopes/x`],
    [404, 'GET', `${group}/__proto__`],
    [404, 'GET', `${group}/widgets/a`],
    [404, 'PUT', `${group}/widgets/a`],
    [404, 'GET', `${group}/namespaces/n/gadgets`],
    [404, 'GET', `${group}/namespaces/n/gadgets/x`],
    [404, 'GET', `${group}/gadgets/x/status`],
    [404, 'GET', `${widgets}/a/nope`],
    [404, 'GET', `${widgets}/a/status/deeper`],
    [404, 'GET', `${widgets}%2Fstatus/a`],
    [404, 'PUT', `${widgets}%2Fstatus/a`],
    [404, 'GET', `${group.replace('v1', 'v9')}/widgets`],
    [404, 'GET', '/api/v9/namespaces'],
    [404, 'GET', '/api/v1/nodes'],
    // Whoever may do anything in a namespace may not do it to another one.
    [404, 'GET', '/api/v1/namespaces/foo/namespaces'],
    [404, 'GET', '/api/v1/namespaces/foo/namespaces?fieldSelector=metadata.name%3Dfoo'],
    [404, 'GET', '/api/v1/namespaces/foo/namespaces/bar'],
    [404, 'DELETE', '/api/v1/namespaces/foo/namespaces/bar'],
    [404, 'POST', '/api/v1/namespaces/foo/namespaces'],
    [404, 'DELETE', '/api/v1/namespaces/foo/namespaces'],
  ];
  for (const [code, method, path] of table) {
    const answer = await admin.send(method, path, method === 'GET' || method === 'OPTIONS' ? {} : body);
    t.strictSame(answer.json, code === 405 ? notAllowed : notFound, `${method} ${path}`);
    t.equal(answer.status, code);
    t.notOk('allow' in answer.headers, 'upstream names no other methods');
  }
  t.strictSame((await admin.get(`${group}/readonlies?watch=true`)).json, {
    ...status(405, 'MethodNotAllowed', 'watch is not supported on resources of kind "readonlies.test.example.com"'),
    details: { group: 'test.example.com', kind: 'readonlies' },
  });
  for (const path of ['/apis/none.example.com/v1/widgets', '/apis/none.example.com/v1/namespaces/n/widgets/a']) {
    t.match(
      await admin.get(path),
      { status: 404, text: '404 page not found\n' },
      'of groups that are not there nothing is known',
    );
  }
  t.match(await admin.get('/api/v1/namespaces/foo'), { status: 200, json: { kind: 'Namespace' } });
  for (const protocol of ['h1', 'h2'] as const) {
    const lines = [protocol === 'h1' ? 'Authorization' : 'authorization', 'Bearer admin-token'];
    const head = await ask({ port, ca: authority.caPEM, protocol, method: 'HEAD', path: `${widgets}/a`, lines });
    t.equal(head.status, 405, `HEAD over ${protocol}`);
    t.equal(head.body.length, 0);
    t.same(valuesOf(head.lines, 'content-length'), [String(JSON.stringify(notAllowed).length + 1)]);
  }
});
