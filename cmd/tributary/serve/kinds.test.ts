import t, { type Test } from 'tap';
import { toAPIPath } from '../../../pkg/apimachinery/schema/group-version.ts';
import { readOnlyVerbs } from '../../../pkg/apimachinery/schema/kind-definition.ts';
import { newNamespaceLifecycle } from '../../../pkg/apiserver/admission/namespace-lifecycle.ts';
import { newLocalContent } from '../../../pkg/apiserver/controllers/namespace/local-content.ts';
import { type APIServerFixture, startAPIServer } from '../../../pkg/testing/api-server-fixture.ts';
import { installKinds, ownGroupVersions } from './kinds.ts';

const definitions = ownGroupVersions.flatMap(({ kinds }) => kinds.map(({ definition }) => definition));

/** A server with the kinds of the gateway. */
async function newFixture(t: Test): Promise<APIServerFixture> {
  const fixture = await startAPIServer(t, {
    admission: [newNamespaceLifecycle(async (name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }))],
    prepare: (server) => installKinds(server, ownGroupVersions),
  });
  return fixture;
}

const core = '/api/v1/namespaces/default/events';
const newer = '/apis/events.k8s.io/v1/namespaces/default/events';

const about = { kind: 'ConfigMap', name: 'a', namespace: 'default' };
const event = {
  metadata: { name: 'newer' },
  eventTime: '2026-01-01T00:00:00.000000Z',
  reportingController: 'example.com/c',
  reportingInstance: 'c-1',
  action: 'Doing',
  reason: 'Done',
  regarding: about,
  note: 'n',
  type: 'Normal',
};

t.test('every kind can be listed and watched, as a table and as objects', async (t) => {
  const { admin } = await newFixture(t);
  const table = { headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' } };
  for (const kind of definitions) {
    const path = `${toAPIPath(kind)}/${kind.plural}`;
    const list = await admin.get(path);
    t.match(list, { status: 200, json: { kind: `${kind.kind}List`, items: [] } }, path);
    const { columnDefinitions } = (await admin.get(path, table)).json as { columnDefinitions: { format: string }[] };
    t.equal(columnDefinitions.filter(({ format }) => format === 'name').length, 1, path);
    const watch = await admin.watch(`${path}?watch=true&timeoutSeconds=60`);
    t.equal(watch.status, 200, path);
    watch.leave();
  }
});

t.test('lists that are there to be watched take no objects', async (t) => {
  const { admin } = await newFixture(t);
  const readOnly = definitions.filter(({ verbs }) => verbs === readOnlyVerbs);
  t.ok(readOnly.length >= 10);
  for (const kind of readOnly) {
    const path = `${toAPIPath(kind)}/${kind.scope === 'Namespaced' ? 'namespaces/default/' : ''}${kind.plural}`;
    t.equal((await admin.send('POST', path, { body: { metadata: { name: 'a' } } })).status, 405, path);
    t.equal((await admin.send('DELETE', `${path}/a`)).status, 405, path);
    t.equal((await admin.get(`${path}/a`)).status, 404, path);
  }
  const selected = [
    'pods?fieldSelector=status.phase%3DRunning,spec.nodeName%3Dn',
    'nodes?fieldSelector=spec.unschedulable%3Dfalse',
  ];
  for (const path of selected) t.equal((await admin.get(`/api/v1/${path}`)).status, 200, path);
  t.equal((await admin.get('/api/v1/pods?fieldSelector=spec.unknown%3Da')).status, 400);
});

t.test('an event is the same one through both groups', async (t) => {
  const { admin, server } = await newFixture(t);
  const [old, fresh] = [await admin.watch(`${core}?watch=true`), await admin.watch(`${newer}?watch=true`)];
  const created = await admin.send('POST', newer, { body: event });
  t.match(created, { status: 201, json: { kind: 'Event', apiVersion: 'events.k8s.io/v1', note: 'n' } });
  const body = {
    metadata: { name: 'older' },
    involvedObject: about,
    reason: 'R',
    message: 'm',
    source: { component: 'k' },
  };
  t.equal((await admin.send('POST', core, { body })).status, 201);

  const seen = (await admin.get(`${core}/newer`)).json as { metadata: { uid: string; managedFields: unknown[] } };
  t.match(seen, { apiVersion: 'v1', involvedObject: about, message: 'n', reportingComponent: 'example.com/c' });
  t.equal(seen.metadata.uid, (created.json as typeof seen).metadata.uid);
  t.match(seen.metadata.managedFields, [
    { apiVersion: 'events.k8s.io/v1', fieldsV1: { 'f:note': {}, 'f:regarding': {} } },
  ]);
  t.match((await admin.get(`${newer}/older`)).json, {
    note: 'm',
    deprecatedSource: { component: 'k' },
    eventTime: null,
  });
  t.match((await admin.get('/api/v1/events')).json, { items: [{ message: 'n' }, { message: 'm' }] });
  t.match(await old.received(2), [{ object: { apiVersion: 'v1', message: 'n' } }, { object: { message: 'm' } }]);
  t.match(await fresh.received(2), [
    { object: { apiVersion: 'events.k8s.io/v1', note: 'n' } },
    { object: { note: 'm' } },
  ]);

  const names = async (path: string) =>
    ((await admin.get(path)).json as { items: { metadata: { name: string } }[] }).items.map(
      ({ metadata }) => metadata.name,
    );
  t.same(await names(`${core}?fieldSelector=source%3Dk`), ['older']);
  t.same(await names(`${newer}?fieldSelector=reportingController%3Dexample.com/c,regarding.name%3Da`), ['newer']);
  t.equal((await admin.get(`${newer}?fieldSelector=source%3Dk`)).status, 400);
  t.equal(server.stores.list().filter(({ kind }) => kind.plural === 'events').length, 1, 'stored once');
});

t.test('fields that were set through one group are known to the other', async (t) => {
  const { admin } = await newFixture(t);
  const apply = (path: string, body: object, query = '') =>
    admin.send('PATCH', `${path}?fieldManager=${query}`, {
      headers: { 'content-type': 'application/apply-patch+yaml' },
      body,
    });
  const head = { apiVersion: 'events.k8s.io/v1', kind: 'Event' };
  t.equal((await apply(`${newer}/newer`, { ...head, ...event }, 'one')).status, 201);
  const mine = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: 'newer' },
    involvedObject: about,
    message: 'other',
  };
  t.match(await apply(`${core}/newer`, mine, 'two'), { status: 409, text: /conflict with .{2}one.{2}: \.note/ });
  const forced = await apply(`${core}/newer`, mine, 'two&force=true');
  t.match(forced, { status: 200, json: { message: 'other' } });
  const { metadata } = forced.json as { metadata: { managedFields: { manager: string; fieldsV1: object }[] } };
  const one = metadata.managedFields.find(({ manager }) => manager === 'one');
  t.notMatch(one?.fieldsV1, { 'f:note': {} }, 'it is not the owner any more');
});

t.test('the rules are those of the group that is spoken to', async (t) => {
  const { admin } = await newFixture(t);
  const { eventTime: _, ...untimed } = event;
  t.match(await admin.send('POST', newer, { body: untimed }), {
    status: 422,
    text: /Event\.events\.k8s\.io \\"newer\\" is invalid: eventTime: Required value/,
  });
  const loose = { metadata: { name: 'loose' }, involvedObject: about };
  t.equal((await admin.send('POST', core, { body: loose })).status, 201);
  t.equal((await admin.send('PUT', `${core}/put`, { body: { ...loose, metadata: { name: 'put' } } })).status, 201);
});

t.test('what is deleted with a namespace is deleted once', async (t) => {
  const { admin, server, storage, logger } = await newFixture(t);
  await admin.send('POST', newer, { body: event });
  const content = newLocalContent({ storage, stores: server.stores, logger });
  const report = await content.deleteAll('default', new AbortController().signal);
  t.same([report.remaining, report.failures], [[], []]);
  t.match((await admin.get('/api/v1/events')).json, { items: [] });
});

t.test('kinds that Go clients have types of are written as protobuf', (t) => {
  const without = definitions.filter(({ protobuf }) => protobuf === undefined).map(({ kind }) => kind);
  // The schema of a CustomResourceDefinition contains itself, and its list is empty.
  t.same(without, ['CustomResourceDefinition', 'ExternalName']);
  for (const { kind, protobuf } of definitions) if (protobuf !== undefined) t.equal(protobuf.name, kind);
  t.end();
});
