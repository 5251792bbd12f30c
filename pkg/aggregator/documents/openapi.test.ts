import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { parseOpenAPIV3 } from '../../apiserver/endpoints/openapi/foreign/parse-document.ts';
import { discardLogger } from '../../component/logs/logger.ts';
import type { APIServiceEvent } from '../interface.ts';
import { deleteObject } from '../testing/aggregator-fixture.ts';
import {
  aggregated,
  type DocumentsFixture,
  gadgets,
  legacy,
  type Routes,
  startDocuments,
} from '../testing/documents-fixture.ts';
import { refused } from '../testing/fake-transport.ts';
import { newDocumentFiles } from './document-files.ts';
import type { DocumentStores } from './document-store.ts';

const name = 'v1.a.example';
const gv = { group: 'a.example', version: 'v1' };
const gvk = 'x-kubernetes-group-version-kind';
const path = '/apis/a.example/v1/things';

const schema = (text: string) => ({ type: 'object', description: text, [gvk]: [{ ...gv, kind: 'Thing' }] });
const v3 = (text = 'v3') => ({
  openapi: '3.0.0',
  paths: { [path]: {} },
  components: { schemas: { Thing: schema(text) } },
});
const v2 = (text = 'v2') => ({ swagger: '2.0', paths: { [path]: {} }, definitions: { Thing: schema(text) } });

const json = (body: unknown) => ({ answer: { status: 200, body } });
const withV3 = (body: unknown): Routes => ({
  '/openapi/v3': json({ paths: { 'apis/a.example/v1': {} } }),
  '/openapi/v3/apis/a.example/v1': json(body),
});
const withV2 = (body: unknown): Routes => ({ '/openapi/v2': json(body) });

/** What is published, as a client would see it. */
function published({ openapi }: DocumentsFixture) {
  const document = openapi.get(name);
  const part = document?.v2();
  const thing = part?.named.get('definitions/Thing') ?? part?.named.get('definitions/example.a.v1.Thing');
  return { v3: document?.json().toString() ?? '', thing: thing?.template.pieces.join('') ?? '' };
}

async function conditionOf({ apiServices }: DocumentsFixture, type: string) {
  const { status } = await apiServices.get({ namespace: '', name });
  return status?.conditions?.find((each) => each.type === type);
}

const openAPICurrent = 'tributary.OpenAPICurrent';

async function start(t: Test, routes: Routes, options?: Parameters<typeof startDocuments>[2]) {
  const fixture = await startDocuments(t, routes, options);
  await fixture.register({ name, host: 'a.test', port: 1 });
  await fixture.clock.advance(1000);
  return fixture;
}

t.test('both documents of a service are taken as they are', async (t) => {
  const fixture = await start(t, { ...withV3(v3()), ...withV2(v2()) });
  t.equal(published(fixture).v3, JSON.stringify(v3()));
  t.match(published(fixture).thing, '"description":"v2"');
  t.match(await conditionOf(fixture, openAPICurrent), { status: 'True', reason: 'Read' });
});

t.test('a service with one of both gets the other made from it', async (t) => {
  const only3 = await start(t, withV3(v3()));
  t.equal(published(only3).v3, JSON.stringify(v3()));
  t.match(published(only3).thing, '"description":"v3"');
  t.match(await conditionOf(only3, openAPICurrent), { status: 'True', reason: 'Converted' });
  const only2 = await start(t, withV2(v2()));
  t.match(parseOpenAPIV3(Buffer.from(published(only2).v3)), { components: { schemas: { Thing: schema('v2') } } });
  t.match(published(only2).thing, '"description":"v2"');
  only2.routes = withV3(v3());
  await only2.clock.advance(60_000);
  t.match(published(only2).thing, '"description":"v3"', 'it can change its mind');
});

t.test('a service without any gets both from its discovery, and others as that changes', async (t) => {
  const fixture = await start(t, { '/apis/a.example/v1': legacy });
  const document = parseOpenAPIV3(Buffer.from(published(fixture).v3));
  t.ok(Object.keys(document['paths'] as object).includes('/apis/a.example/v1/namespaces/{namespace}/things'));
  t.match(published(fixture).thing, 'publishes no OpenAPI document');
  t.match(await conditionOf(fixture, openAPICurrent), { status: 'True', reason: 'Synthesised' });
  fixture.routes = { '/apis': aggregated([{ ...gadgets, responseKind: { ...gv, kind: 'Gadget' } }]) };
  await fixture.clock.advance(60_000);
  t.match(published(fixture).v3, '"kind":"Gadget"');
  fixture.routes = { '/apis': aggregated([]), '/openapi/v2': json({ path: '/openapi/v2' }) };
  await fixture.clock.advance(60_000);
  t.notOk(fixture.openapi.has(name), 'there is nothing to tell');
  t.match(await conditionOf(fixture, openAPICurrent), { status: 'False', reason: 'Absent' });
});

t.test('a bad document is set aside with a reason, and the last good one stays', async (t) => {
  const events: APIServiceEvent[] = [];
  const recordEvent = (event: APIServiceEvent): void => void events.push(event);
  const fixture = await start(t, { ...withV3(v3()), ...withV2(v2()) }, { recordEvent });
  const before = published(fixture);
  const dangling = { $ref: '#/components/schemas/Gone' };
  const bad: readonly (readonly [Routes, RegExp])[] = [
    [
      { ...withV3({ ...v3(), components: { schemas: { A: dangling } } }), ...withV2(v2()) },
      /v3 document .* leads nowhere/,
    ],
    [{ ...withV3('<html>'), ...withV2(v2()) }, /v3 document .* JSON/],
    [{ ...withV3(v3()), ...withV2({ ...v2(), definitions: { A: { ...schema(''), type: 'array' } } }) }, /v2 document/],
    [{ ...withV3(v3()), ...withV2({ ...v2(), swagger: '1.2' }) }, /swagger is not 2.0; served instead: v3 and v2/],
  ];
  for (const [routes, reason] of bad) {
    fixture.routes = routes;
    await fixture.clock.advance(60_000);
    t.same(published(fixture), before);
    const condition = await conditionOf(fixture, openAPICurrent);
    t.match(condition, { status: 'False', reason: 'Quarantined', message: reason });
  }
  t.match(events[0], { apiService: name, type: 'Warning', reason: 'Quarantined', message: /leads nowhere/ });
  const { length } = events;
  const writes = fixture.statusWrites.length;
  await fixture.clock.advance(300_000);
  t.equal(events.length, length, 'once is enough');
  t.equal(fixture.statusWrites.length, writes, 'nothing is written as long as nothing changes');
  fixture.routes = { ...withV3(v3('new')), ...withV2(v2()) };
  await fixture.clock.advance(60_000);
  t.match(await conditionOf(fixture, openAPICurrent), { status: 'True', reason: 'Read' });
  t.match(published(fixture).v3, '"new"');
});

t.test('a bad first document is replaced by what can be made', async (t) => {
  const fixture = await start(t, { ...withV3({ openapi: '2' }), ...withV2(v2()) });
  t.match(published(fixture).v3, '"openapi":"3.0.0"');
  const neither = await start(t, { ...withV3([]), ...withV2('nonsense'), '/apis/a.example/v1': legacy });
  t.match(published(neither).v3, 'publishes no OpenAPI document');
  t.match(await conditionOf(neither, openAPICurrent), { reason: 'Quarantined', message: /made from its discovery/ });
});

/** Everything of a folder that is removed with the test. */
async function newStores(t: Test): Promise<{ directory: string; open: () => DocumentStores }> {
  const directory = await mkdtemp(join(tmpdir(), 'documents-'));
  t.teardown(() => rm(directory, { recursive: true, force: true }));
  const openOne = (kind: string) => newDocumentFiles({ directory: join(directory, kind), logger: discardLogger });
  return { directory, open: () => ({ discovery: openOne('discovery'), openapi: openOne('openapi') }) };
}

t.test('what was known outlives a restart, and goes with its APIService', async (t) => {
  const { directory, open } = await newStores(t);
  const routes = { '/apis/a.example/v1': legacy };
  const all = [
    { ...routes, ...withV3(v3()), ...withV2(v2()) },
    { ...routes, ...withV3(v3()) },
    { ...routes, ...withV2(v2()) },
    routes,
  ];
  const down = { '/apis/a.example/v1': refused, '/apis': refused, '/openapi/v3': refused };
  for (const answers of all) {
    const first = await start(t, answers, { documentStores: open() });
    const before = published(first);
    t.not(before.v3, '');
    await first.stop();
    const second = await start(t, down, { documentStores: open() });
    t.same(published(second), before);
    t.match(second.discovery.get(name), {
      discovery: { freshness: 'Stale', resources: [{ resource: 'things' }] },
      resources: { resources: [{ name: 'things' }, {}] },
      staleSince: /^20/,
    });
    t.match(await conditionOf(second, 'tributary.DiscoveryCurrent'), {
      status: 'False',
      reason: 'Stale',
      message: /^the service is not available since 20.*; 1 resource last known .*; known since 2026-01-01T00:00:0\dZ$/,
    });
    t.match(await conditionOf(second, openAPICurrent), { status: 'False', reason: 'Stale' });
    second.routes = answers;
    await second.clock.advance(10_000);
    t.same(published(second), before, 'what is read again is the same');
    t.match(second.discovery.get(name), { discovery: { freshness: 'Current' } });
    await second.stop();
  }
  const third = await start(t, down, { documentStores: open() });
  await deleteObject(third.apiServices, name);
  await third.clock.advance(0);
  await third.stop();
  for (const kind of ['discovery', 'openapi']) t.same(await readdir(join(directory, kind)), []);
});

t.test('what another service said under the name, and what nobody asks for any more, is forgotten', async (t) => {
  const { directory, open } = await newStores(t);
  const first = await start(t, { '/apis/a.example/v1': legacy, ...withV3(v3()) }, { documentStores: open() });
  await first.stop();
  const second = await startDocuments(t, { '/apis/a.example/v1': refused }, { documentStores: open() });
  await second.register({ name, service: 'other', host: 'a.test', port: 1 });
  await second.clock.advance(1000);
  t.match(second.discovery.get(name)?.discovery, { freshness: 'Stale', resources: undefined });
  t.notOk(second.openapi.has(name));
  await second.stop();
  const third = await startDocuments(t, {}, { documentStores: open() });
  await third.clock.advance(60_000);
  await third.stop();
  for (const kind of ['discovery', 'openapi']) t.same(await readdir(join(directory, kind)), []);
});

t.test('files that are torn, foreign or in the way do no harm', async (t) => {
  const { directory } = await newStores(t);
  const errors: string[] = [];
  const logger = { ...discardLogger, warn: (message: string) => void errors.push(message) };
  const store = newDocumentFiles({ directory, logger });
  const long = `v1.${'x'.repeat(240)}`;
  for (const each of ['v1.a', 'v1.b', 'v1.c', long, '../evil']) store.save(each, { of: each });
  store.save('v1.a', { of: 'again' });
  await store.flush();
  t.same((await store.load()).get('v1.a'), { of: 'again' });
  t.same((await store.load()).get(long), { of: long });
  t.same((await store.load()).get('../evil'), { of: '../evil' });
  const text = await readFile(join(directory, 'v1.b.json'), 'utf8');
  await writeFile(join(directory, 'v1.b.json'), text.slice(0, -5));
  await writeFile(join(directory, 'v1.c.json'), text);
  await writeFile(join(directory, 'foreign.json'), '{"a":1}\n');
  await writeFile(join(directory, 'README'), 'hello');
  await writeFile(join(directory, 'v1.d.json.tmp'), 'half');
  t.same([...(await store.load()).keys()].toSorted(), ['../evil', 'v1.a', long].toSorted());
  store.save('v1.b', undefined);
  store.save('v1.never', undefined);
  await store.flush();
  t.notOk((await readdir(directory)).includes('v1.b.json'));
  t.same(errors, []);
  const nowhere = newDocumentFiles({ directory: join(directory, 'README', 'sub'), logger });
  t.equal((await nowhere.load()).size, 0);
  nowhere.save('v1.a', {});
  await nowhere.flush();
  t.equal(errors.length, 1);
});

t.test('one version of OpenAPI out of order does not hold up the other', async (t) => {
  const broken = { answer: { status: 500 } };
  const fixture = await start(t, { ...withV3(v3()), '/openapi/v2': broken });
  t.match(published(fixture).thing, '"description":"v3"', 'v2 is made from v3 meanwhile');
  fixture.routes = { '/openapi/v3': broken, ...withV2(v2()) };
  await fixture.clock.advance(60_000);
  t.match(published(fixture).thing, '"description":"v2"');
  t.match(published(fixture).v3, '"description":"v3"', 'and what was known of v3 stays');
  const neither = await start(t, { '/openapi/v3': broken, '/openapi/v2': broken, '/apis/a.example/v1': legacy });
  t.notOk(neither.openapi.has(name), 'nothing is made up for a service that may have documents');
  neither.routes = { '/apis/a.example/v1': legacy };
  await neither.clock.advance(6000);
  t.ok(neither.openapi.has(name));
});
