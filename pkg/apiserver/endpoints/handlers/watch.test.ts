import { getEventListeners } from 'node:events';
import { connect } from 'node:http2';
import t from 'tap';
import { newMemoryStorage } from '../../../storage/memory/memory-storage.ts';
import type { Storage } from '../../../storage/interface.ts';
import type { APIClient, WatchFrame } from '../../../testing/api-client.ts';
import { startAPIServer } from '../../../testing/api-server-fixture.ts';
import { eventually } from '../../../testing/eventually.ts';
import { newFakeClock } from '../../../testing/fake-clock.ts';
import { newGadget, newWidget } from '../../../testing/test-kinds.ts';

const group = '/apis/test.example.com/v1';
const widgets = `${group}/namespaces/n/widgets`;
const tableOf = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';
const partialOf = 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io,application/json';
const mergePatch = { 'Content-Type': 'application/merge-patch+json' };
const watchList = 'watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';

const create = async (admin: APIClient, name: string, rest = {}) =>
  (await admin.send('POST', widgets, { body: newWidget(name, rest) })).json as {
    metadata: { resourceVersion: string };
  };

const patch = (admin: APIClient, name: string, body: object) =>
  admin.send('PATCH', `${widgets}/${name}`, { headers: mergePatch, body });

/** `ADDED a@2`: type, name and revision of each event. */
function brief(frames: readonly WatchFrame[]): string[] {
  return frames.map(({ type, object: { metadata } }) => `${type} ${metadata.name ?? '-'}@${metadata.resourceVersion}`);
}

/** A storage that knows which watches stand, by their signals. */
function newCountedStorage(storage: Storage = newMemoryStorage()): Storage & { readonly signals: AbortSignal[] } {
  const signals: AbortSignal[] = [];
  return {
    ...storage,
    signals,
    watch(prefix, sink, options) {
      signals.push(options.signal);
      return storage.watch(prefix, sink, options);
    },
  };
}

t.test('a watch begins where the client says', async (t) => {
  const { admin } = await startAPIServer(t);
  await create(admin, 'a');
  await create(admin, 'b');
  await patch(admin, 'a', { spec: { size: 2 } });
  const table: readonly (readonly [string, readonly string[]])[] = [
    ['', ['ADDED a@4', 'ADDED b@3']],
    ['&resourceVersion=', ['ADDED a@4', 'ADDED b@3']],
    ['&resourceVersion=0', ['ADDED a@4', 'ADDED b@3']],
    ['&resourceVersion=1', ['ADDED a@2', 'ADDED b@3', 'MODIFIED a@4']],
    ['&resourceVersion=3', ['MODIFIED a@4']],
    ['&resourceVersion=4', []],
    ['&sendInitialEvents=true&resourceVersionMatch=NotOlderThan', ['ADDED a@4', 'ADDED b@3']],
    ['&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&resourceVersion=0', ['ADDED a@4', 'ADDED b@3']],
    ['&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&resourceVersion=3', ['ADDED a@4', 'ADDED b@3']],
    ['&sendInitialEvents=false&resourceVersionMatch=NotOlderThan', []],
    ['&sendInitialEvents=false&resourceVersionMatch=NotOlderThan&resourceVersion=0', []],
  ];
  const watches = await Promise.all(table.map(([query]) => admin.watch(`${widgets}?watch=true${query}`)));
  await create(admin, 'c');
  for (const [at, [query, expected]] of table.entries()) {
    const frames = await watches[at]?.received(expected.length + 1);
    t.same(brief(frames ?? []), [...expected, 'ADDED c@5'], `watch=true${query}`);
  }
});

t.test('the head comes at once, and objects say what they are', async (t) => {
  const { admin } = await startAPIServer(t);
  const watch = await admin.watch(`${widgets}?watch=true`);
  t.match(watch, {
    status: 200,
    events: [],
    headers: {
      'content-type': 'application/json',
      'transfer-encoding': 'chunked',
      'cache-control': 'no-cache, private',
    },
  });
  await create(admin, 'a');
  const stored = (await admin.get(`${widgets}/a`)).json;
  t.strictSame(await watch.received(1), [{ type: 'ADDED', object: stored }]);
  await admin.send('DELETE', `${widgets}/a`);
  const [, deleted] = await watch.received(2);
  t.match(deleted, {
    type: 'DELETED',
    object: { kind: 'Widget', apiVersion: 'test.example.com/v1', spec: { size: 1 } },
  });
  t.equal(deleted?.object.metadata.resourceVersion, '3', 'as of the deletion');
});

t.test('a watch sees its own resource and namespace', async (t) => {
  const { admin } = await startAPIServer(t);
  const all = await admin.watch(`${group}/widgets?watch=true`);
  const one = await admin.watch(`${widgets}?watch=true`);
  const gadgets = await admin.watch(`${group}/gadgets?watch=true`);
  await admin.send('POST', `${group}/namespaces/m/widgets`, { body: newWidget('elsewhere') });
  await admin.send('POST', `${group}/gadgets`, { body: newGadget('g') });
  await create(admin, 'here');
  t.same(brief(await all.received(2)), ['ADDED elsewhere@2', 'ADDED here@4']);
  t.same(brief(await one.received(1)), ['ADDED here@4']);
  t.same(brief(await gadgets.received(1)), ['ADDED g@3']);
});

t.test('watching the list: the bookmark that ends the initial events', async (t) => {
  const { admin } = await startAPIServer(t);
  await create(admin, 'b');
  await create(admin, 'a');
  const watch = await admin.watch(`${widgets}?${watchList}`);
  const frames = await watch.received(3);
  t.same(brief(frames), ['ADDED a@3', 'ADDED b@2', 'BOOKMARK -@3'], 'in the order of keys');
  t.strictSame(frames[2], {
    type: 'BOOKMARK',
    object: {
      kind: 'Widget',
      apiVersion: 'test.example.com/v1',
      metadata: { resourceVersion: '3', annotations: { 'k8s.io/initial-events-end': 'true' } },
    },
  });
  await create(admin, 'c');
  t.same(brief(await watch.received(4)).slice(3), ['ADDED c@4']);
  const without = await admin.watch(`${widgets}?${watchList.replace('&allowWatchBookmarks=true', '')}`);
  await create(admin, 'd');
  t.same(
    brief(await without.received(4)),
    ['ADDED a@3', 'ADDED b@2', 'ADDED c@4', 'ADDED d@5'],
    'only for who wants it',
  );
  const empty = await admin.watch(`${group}/namespaces/empty/widgets?${watchList}`);
  t.same(brief(await empty.received(1)), ['BOOKMARK -@5'], 'also when there is nothing');
});

t.test('objects enter and leave a selection', async (t) => {
  const { admin } = await startAPIServer(t);
  const byLabel = await admin.watch(`${widgets}?watch=1&labelSelector=on%3Dyes`);
  const byColor = await admin.watch(`${widgets}?watch=1&fieldSelector=spec.color%3Dblue`);
  const byName = await admin.watch(`${widgets}?watch=1&fieldSelector=metadata.name%3Dsel`);
  const label = (on: string | null) => patch(admin, 'sel', { metadata: { labels: { on } } });
  await create(admin, 'sel');
  await label('yes');
  await patch(admin, 'sel', { spec: { color: 'blue' } });
  await label('no');
  await label('yes');
  await label(null);
  await create(admin, 'other', { metadata: { labels: { on: 'no' } } });
  await admin.send('DELETE', `${widgets}/sel`);
  const frames = await byLabel.received(5);
  t.same(brief(frames), ['ADDED sel@3', 'MODIFIED sel@4', 'DELETED sel@5', 'ADDED sel@6', 'DELETED sel@7']);
  t.match(frames[2]?.object, { metadata: { labels: { on: 'yes' } }, spec: { color: 'blue' } }, 'as it matched last');
  t.same(brief(await byColor.received(5)), [
    'ADDED sel@4',
    'MODIFIED sel@5',
    'MODIFIED sel@6',
    'MODIFIED sel@7',
    'DELETED sel@9',
  ]);
  t.same(brief(await byName.received(7)).at(-1), 'DELETED sel@9');
  t.equal(byLabel.events.length, 5, 'what does not match is not told');
});

t.test('as a table, and as metadata', async (t) => {
  const { admin } = await startAPIServer(t);
  await create(admin, 'a');
  const table = await admin.watch(`${widgets}?${watchList}`, { headers: { accept: tableOf } });
  const partial = await admin.watch(`${widgets}?${watchList}`, { headers: { accept: partialOf } });
  await create(admin, 'b', { spec: { size: 7 } });
  const [first, bookmark, second] = await table.received(3);
  t.equal(table.headers['content-type'], 'application/json');
  t.match(first, {
    type: 'ADDED',
    object: {
      kind: 'Table',
      apiVersion: 'meta.k8s.io/v1',
      metadata: { resourceVersion: '2' },
      columnDefinitions: [{ name: 'Name', format: 'name' }, { name: 'Size' }, { name: 'Color', priority: 1 }],
      rows: [
        { cells: ['a', 1, 'red'], object: { kind: 'PartialObjectMetadata', metadata: { name: 'a', namespace: 'n' } } },
      ],
    },
  });
  t.match(
    bookmark,
    {
      type: 'BOOKMARK',
      object: {
        kind: 'Table',
        metadata: { resourceVersion: '2' },
        columnDefinitions: null,
        rows: [{ object: { metadata: { annotations: { 'k8s.io/initial-events-end': 'true' } } } }],
      },
    },
    'although there is nothing to make cells of',
  );
  t.match(second, { type: 'ADDED', object: { columnDefinitions: null, rows: [{ cells: ['b', 7, 'red'] }] } });
  const metadata = { name: 'a', namespace: 'n', resourceVersion: '2' };
  t.match(await partial.received(3), [
    { type: 'ADDED', object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata } },
    {
      type: 'BOOKMARK',
      object: { kind: 'PartialObjectMetadata', metadata: { annotations: { 'k8s.io/initial-events-end': 'true' } } },
    },
    { type: 'ADDED', object: { kind: 'PartialObjectMetadata', metadata: { name: 'b' } } },
  ]);
  t.notOk('spec' in (partial.events[0]?.object ?? {}));
  const whole = await admin.watch(`${widgets}?watch=1&includeObject=Object`, { headers: { accept: tableOf } });
  t.match((await whole.received(1))[0]?.object, { rows: [{ object: { kind: 'Widget', spec: { size: 1 } } }] });
});

t.test('what is wrong with a request is said before the stream begins', async (t) => {
  const { admin } = await startAPIServer(t);
  const invalid = (message: string) => ({
    status: 422,
    json: {
      kind: 'Status',
      message: `ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: ${message}`,
      reason: 'Invalid',
      details: {
        group: 'meta.k8s.io',
        kind: 'ListOptions',
        causes: [{ reason: 'FieldValueForbidden', message: `Forbidden: ${message}`, field: 'resourceVersionMatch' }],
      },
      code: 422,
    },
  });
  const bad = (message: string) => ({ status: 400, json: { message, reason: 'BadRequest', code: 400 } });
  const table: readonly (readonly [string, object])[] = [
    ['sendInitialEvents=true', invalid('sendInitialEvents requires setting resourceVersionMatch to NotOlderThan')],
    [
      'resourceVersionMatch=NotOlderThan&resourceVersion=1',
      invalid('resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided'),
    ],
    ['resourceVersion=abc', bad('invalid resource version: strconv.ParseUint: parsing "abc": invalid syntax')],
    ['resourceVersion=-1', bad('invalid resource version: strconv.ParseUint: parsing "-1": invalid syntax')],
    ['fieldSelector=abc', bad("invalid selector: 'abc'; can't understand 'abc'")],
    ['fieldSelector=spec.size%3D1', bad('field label not supported: spec.size')],
    ['timeoutSeconds=soon', bad('strconv.ParseInt: parsing "soon": invalid syntax')],
  ];
  for (const [query, expected] of table) t.match(await admin.get(`${widgets}?watch=1&${query}`), expected, query);
  t.match(
    await admin.get(`${widgets}?watch=1&includeObject=All`, { headers: { accept: tableOf } }),
    bad('unrecognized includeObject value: "All"'),
  );
  const yaml = await admin.get(`${widgets}?watch=1`, { headers: { accept: 'application/yaml' } });
  t.equal(yaml.status, 406);
  t.equal(
    yaml.text,
    "apiVersion: v1\ncode: 406\nkind: Status\nmessage: 'only the following media types are accepted: application/json;stream=watch,\n  application/vnd.kubernetes.protobuf;stream=watch'\nmetadata: {}\nreason: NotAcceptable\nstatus: Failure\n",
  );
});

t.test('a revision that is gone is an error in the stream', async (t) => {
  const { admin } = await startAPIServer(t, { storage: newMemoryStorage({ watchWindow: 2 }) });
  for (const name of ['a', 'b', 'c', 'd']) await create(admin, name);
  const gone = await admin.watch(`${widgets}?watch=1&resourceVersion=2`);
  t.strictSame(await gone.over(), [
    {
      type: 'ERROR',
      object: {
        kind: 'Status',
        apiVersion: 'v1',
        metadata: {},
        status: 'Failure',
        message: 'too old resource version: 2 (3)',
        reason: 'Expired',
        code: 410,
      },
    },
  ]);
  t.match(gone, { status: 200, headers: { 'content-type': 'application/json' } });
  t.equal(gone.state(), 'ended');
  const known = await admin.watch(`${widgets}?watch=1&resourceVersion=3`);
  t.same(brief(await known.received(2)), ['ADDED c@4', 'ADDED d@5']);
  const table = await admin.watch(`${widgets}?watch=1&resourceVersion=2`, { headers: { accept: tableOf } });
  t.match(await table.over(), [{ type: 'ERROR', object: { kind: 'Status', code: 410 } }], 'never as a table');
});

t.test('a revision that is not there yet', async (t) => {
  const { admin } = await startAPIServer(t);
  await create(admin, 'a');
  const waited = await admin.watch(`${widgets}?${watchList}&resourceVersion=3`);
  const future = await admin.watch(`${widgets}?watch=1&resourceVersion=99`);
  t.match(await future.over(), [
    { type: 'ERROR', object: { message: 'Timeout: Too large resource version: 99, current: 2', code: 504 } },
  ]);
  await create(admin, 'b');
  t.same(brief(await waited.received(3)), ['ADDED a@2', 'ADDED b@3', 'BOOKMARK -@3'], 'is waited for');
});

t.test('a watch lives as long as the client asks, or half an hour to an hour', async (t) => {
  const clock = newFakeClock(Date.now());
  const { admin } = await startAPIServer(t, { clock });
  const minute = await admin.watch(`${widgets}?watch=1&timeoutSeconds=60&timeout=1s`);
  const unset = await admin.watch(`${widgets}?watch=1`);
  const zero = await admin.watch(`${widgets}?watch=1&timeoutSeconds=0`);
  const huge = await admin.watch(`${widgets}?watch=1&timeoutSeconds=9999999999`);
  await clock.waitForTimers(4);
  await clock.advance(59_999);
  t.equal(minute.state(), 'open');
  await clock.advance(1);
  t.same(await minute.over(), [], 'and ends without a word');
  t.equal(minute.state(), 'ended');
  await clock.advance(1_739_999);
  t.same([unset.state(), zero.state()], ['open', 'open']);
  await clock.advance(1_800_001);
  await Promise.all([unset.over(), zero.over()]);
  t.same([unset.state(), zero.state(), huge.state()], ['ended', 'ended', 'open']);
});

t.test('bookmarks come about every minute and before the end', async (t) => {
  const clock = newFakeClock(Date.now());
  const { admin } = await startAPIServer(t, { clock });
  const wanted = await admin.watch(`${widgets}?watch=1&allowWatchBookmarks=true&timeoutSeconds=100`);
  const unwanted = await admin.watch(`${widgets}?watch=1&timeoutSeconds=100`);
  await admin.send('POST', `${group}/gadgets`, { body: newGadget('g') });
  await create(admin, 'a');
  await wanted.received(1);
  await clock.waitForTimers(2);
  await clock.advance(44_999);
  t.equal(wanted.events.length, 1);
  await clock.advance(30_001);
  const frames = await wanted.received(2);
  t.strictSame(frames[1], {
    type: 'BOOKMARK',
    object: { kind: 'Widget', apiVersion: 'test.example.com/v1', metadata: { resourceVersion: '3' } },
  });
  await admin.send('POST', `${group}/gadgets`, { body: newGadget('h') });
  await clock.advance(22_999);
  await clock.advance(1);
  t.equal(brief(await wanted.received(3)).at(-1), 'BOOKMARK -@4', 'two seconds before the end');
  await clock.advance(2_000);
  t.ok((await wanted.over()).slice(1).every(({ type }) => type === 'BOOKMARK'));
  t.same(brief(await unwanted.over()), ['ADDED a@3']);
});

t.test('no bookmark overtakes the initial events', async (t) => {
  const clock = newFakeClock(Date.now());
  const { admin } = await startAPIServer(t, { clock });
  await create(admin, 'a');
  const watch = await admin.watch(`${widgets}?${watchList}&resourceVersion=3`);
  await clock.waitForTimers();
  await clock.advance(100_000);
  t.same(watch.events, []);
  await create(admin, 'b');
  t.same(brief(await watch.received(3)), ['ADDED a@2', 'ADDED b@3', 'BOOKMARK -@3']);
});

t.test('a client that leaves leaves nothing behind', async (t) => {
  const clock = newFakeClock(Date.now());
  const storage = newCountedStorage();
  const { admin, port, authority } = await startAPIServer(t, { clock, storage });
  const idle = clock.pendingTimers();
  const watches = await Promise.all(
    Array.from({ length: 5 }, () => admin.watch(`${widgets}?${watchList}&timeoutSeconds=600`)),
  );
  for (const watch of watches) await watch.received(1);
  await eventually('five watches', () => storage.signals.length === 5);
  t.equal(clock.pendingTimers(), idle + 5, 'one each');
  for (const watch of watches) watch.leave();
  await eventually('their end', () => storage.signals.every(({ aborted }) => aborted));
  const session = connect(`https://localhost:${port}`, { ca: authority.caPEM });
  const stream = session.request({ ':path': `${widgets}?watch=1`, authorization: 'Bearer admin-token' });
  await new Promise((resolve) => stream.once('response', resolve));
  await eventually('a watch over HTTP/2', () => storage.signals.length === 6);
  stream.close(8);
  await eventually('its end', () => storage.signals.every(({ aborted }) => aborted));
  await eventually('their timers', () => clock.pendingTimers() === idle);
  for (const signal of storage.signals) t.equal(getEventListeners(signal, 'abort').length, 0);
  session.destroy();
  t.equal((await create(admin, 'a')).metadata.resourceVersion, '2');
});

t.test('a client that leaves before its watch begins', async (t) => {
  const clock = newFakeClock(Date.now());
  const storage = newCountedStorage();
  const asked: (() => void)[] = [];
  const { newClient } = await startAPIServer(t, {
    clock,
    storage,
    authorizer: {
      authorize: () => new Promise((resolve) => asked.push(() => resolve({ verdict: 'allow', reason: '' }))),
    },
  });
  const client = newClient({ token: 'alice-token' });
  const watch = client.watch(`${widgets}?watch=1`);
  watch.catch(() => undefined);
  await eventually('the authorizer', () => asked.length === 1);
  client.close();
  await t.rejects(watch);
  // The server has noticed when its other connections have been served.
  await newClient({ token: 'admin-token' }).get('/healthz');
  await newClient({ token: 'admin-token' }).get('/healthz');
  asked[0]?.();
  await newClient({ token: 'admin-token' }).get('/healthz');
  t.same(
    storage.signals.filter(({ aborted }) => !aborted),
    [],
  );
  t.equal(clock.pendingTimers(), 0);
});

t.test('a client that reads too slowly is cut, and others go on', async (t) => {
  const { admin, newClient, widgets: store } = await startAPIServer(t);
  const slow = await newClient({ token: 'admin-token' }).watch(`${widgets}?watch=1`);
  const quick = await admin.watch(`${widgets}?watch=1`);
  slow.pause();
  const settings = { x: 'y'.repeat(512 * 1024) };
  const write = { user: { name: '', uid: '', groups: [], extra: {} }, dryRun: false, warn: () => undefined };
  await store.create(newWidget('big', { spec: { size: 1, settings } }), 'n', write);
  for (let size = 2; size <= 60; size++) {
    const transform = () => newWidget('big', { spec: { size, settings } });
    await store.update({ namespace: 'n', name: 'big', subresource: '', transform }, write);
    await quick.received(size);
  }
  slow.resume();
  await slow.over();
  t.equal(slow.state(), 'cut');
  t.ok(slow.events.length < 60);
  t.equal(quick.events.length, 60);
  t.equal(quick.state(), 'open');
});

t.test('more initial events than may wait reach a client that reads', async (t) => {
  const { admin, widgets: store } = await startAPIServer(t);
  const write = { user: { name: '', uid: '', groups: [], extra: {} }, dryRun: false, warn: () => undefined };
  const settings = { x: 'y'.repeat(512 * 1024) };
  const names = Array.from({ length: 44 }, (_, at) => `w${String(at).padStart(2, '0')}`);
  for (const name of names) await store.create(newWidget(name, { spec: { size: 1, settings } }), 'n', write);
  const watch = await admin.watch(`${widgets}?${watchList}`);
  const frames = await watch.received(45);
  t.same(
    frames.slice(0, 44).map(({ object }) => object.metadata.name),
    names,
    'twenty-two megabytes',
  );
  t.equal(frames[44]?.type, 'BOOKMARK');
});

t.test('a client that takes none of its initial events is cut after a minute', async (t) => {
  const clock = newFakeClock(Date.now());
  const storage = newCountedStorage();
  const { newClient, admin, widgets: store } = await startAPIServer(t, { clock, storage });
  const write = { user: { name: '', uid: '', groups: [], extra: {} }, dryRun: false, warn: () => undefined };
  const settings = { x: 'y'.repeat(512 * 1024) };
  for (let at = 0; at < 44; at++) {
    await store.create(newWidget(`w${at}`, { spec: { size: 1, settings } }), 'n', write);
  }
  const before = clock.pendingTimers();
  const watch = await newClient({ token: 'admin-token' }).watch(`${widgets}?watch=1`);
  watch.pause();
  await eventually('the stall', () => clock.pendingTimers() === before + 2);
  await admin.get('/healthz');
  await clock.advance(60_000);
  watch.resume();
  await watch.over();
  t.equal(watch.state(), 'cut');
  t.equal(clock.pendingTimers(), before);
});

t.test('a storage that fails ends watches with an error', async (t) => {
  const storage = newMemoryStorage();
  const { admin, logger } = await startAPIServer(t, { storage });
  const watch = await admin.watch(`${widgets}?watch=1`);
  await create(admin, 'a');
  await watch.received(1);
  await storage.close();
  const frames = await watch.over();
  t.match(frames[1], {
    type: 'ERROR',
    object: {
      message:
        'The watch operation against widgets.test.example.com could not be completed at this time, please try again.',
      reason: 'ServerTimeout',
      code: 500,
    },
  });
  t.equal(watch.state(), 'ended');
  await eventually('the log', () => logger.lines.length > 0);
  t.match(logger.lines, [{ level: 'warn', message: 'watch failed' }]);
});

t.test('a bug ends its watch with an error that tells nothing, and is logged', async (t) => {
  const inner = newMemoryStorage();
  const bug = new TypeError('secret detail');
  const storage: Storage = {
    ...inner,
    watch() {
      throw bug;
    },
  };
  const { admin, logger } = await startAPIServer(t, { storage });
  const watch = await admin.watch(`${widgets}?watch=1`);
  t.match(await watch.over(), [
    { type: 'ERROR', object: { message: 'Internal error occurred: the watch failed', reason: 'InternalError' } },
  ]);
  await eventually('the log', () => logger.lines.length > 0);
  t.equal(logger.lines[0]?.fields['err'], bug);
});

t.test('deprecated paths', async (t) => {
  const { admin } = await startAPIServer(t);
  await create(admin, 'a');
  await create(admin, 'b');
  const table: readonly (readonly [string, readonly string[]])[] = [
    ['watch/namespaces/n/widgets', ['ADDED a@2', 'ADDED b@3']],
    ['watch/widgets', ['ADDED a@2', 'ADDED b@3']],
    ['watch/namespaces/n/widgets/b', ['ADDED b@3']],
    ['watch/namespaces/n/widgets/b?fieldSelector=metadata.name%3Db', ['ADDED b@3']],
    ['watch/namespaces/n/widgets?labelSelector=none', []],
    ['watch/gadgets', []],
  ];
  for (const [path, expected] of table) {
    const watch = await admin.watch(`${group}/${path}${path.includes('?') ? '&' : '?'}timeoutSeconds=9`);
    t.same(brief(await watch.received(expected.length)), expected, path);
    watch.leave();
  }
  t.match(await admin.get(`${group}/watch/namespaces/n/widgets/b?fieldSelector=metadata.name%3Da`), {
    status: 400,
    json: { message: "fieldSelector metadata.name doesn't match requested name" },
  });
  t.match(await admin.get(`${group}/watch/widgets/b`), { status: 404 }, 'a namespaced object without its namespace');
  const single = await admin.get(`${widgets}/a?watch=true&timeoutSeconds=1`);
  t.match(single.json, { kind: 'Widget' }, 'a get stays a get');
});

t.test('over HTTP/2 a watch ends as a stream does', async (t) => {
  const clock = newFakeClock(Date.now());
  const { port, authority, admin } = await startAPIServer(t, { clock });
  const session = connect(`https://localhost:${port}`, { ca: authority.caPEM });
  t.teardown(() => session.destroy());
  const stream = session.request({
    ':path': `${widgets}?watch=1&timeoutSeconds=5`,
    authorization: 'Bearer admin-token',
  });
  let text = '';
  let ended = false;
  stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  stream.on('end', () => (ended = true));
  await new Promise((resolve) => stream.once('response', resolve));
  await create(admin, 'a');
  await eventually('the event', () => text.endsWith('}\n'));
  await clock.waitForTimers(1);
  await clock.advance(5_000);
  await eventually('the end', () => ended);
  t.equal(stream.rstCode, 0);
  t.match(JSON.parse(text), { type: 'ADDED', object: { metadata: { name: 'a' } } });
});
