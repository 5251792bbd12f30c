import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { APIResourceList } from '../../../apis/meta/v1/types.ts';
import { newOpenAPIV2Part } from '../../../pkg/apiserver/endpoints/openapi/foreign/openapi-v2-part.ts';
import { systemClock } from '../../../pkg/component/id/clock.ts';
import { discardLogger } from '../../../pkg/component/logs/logger.ts';
import { startAPIServer } from '../../../pkg/testing/api-server-fixture.ts';
import { installKinds, ownGroupVersions } from './kinds.ts';
import { newServiceDocuments, type ServiceDocuments } from './service-documents.ts';

const gv = { group: 'a.example', version: 'v1' };
const resources: APIResourceList = {
  kind: 'APIResourceList',
  apiVersion: 'v1',
  groupVersion: 'a.example/v1',
  resources: [{ name: 'things', singularName: 'thing', namespaced: true, kind: 'Thing', verbs: ['list'] }],
};
const entry = {
  ...gv,
  groupPriorityMinimum: 1,
  versionPriority: 1,
  discovery: { version: 'v1', freshness: 'Current' as const },
};

async function start(t: Test, dataDir?: string) {
  let documents: ServiceDocuments | undefined;
  const { admin } = await startAPIServer(t, {
    prepare(server) {
      installKinds(server, ownGroupVersions);
      documents = newServiceDocuments({ server, dataDir, clock: systemClock, logger: discardLogger });
    },
  });
  if (documents === undefined) throw new Error('nothing was prepared');
  return { admin, documents };
}

t.test('older clients read the resources of services without waiting for them', async (t) => {
  const { admin, documents } = await start(t);
  const path = '/apis/a.example/v1';
  documents.discovery.publish(entry);
  t.equal((await admin.get(path)).status, 404, 'nothing is known yet');
  documents.discovery.publish({ ...entry, resources });
  const answer = await admin.get(path);
  t.match(answer, { status: 200, json: resources, headers: { etag: /^"[0-9A-F]{128}"$/ } });
  t.notOk('warning' in answer.headers);
  const { etag = '' } = answer.headers;
  t.match(await admin.get(path, { headers: { 'If-None-Match': etag } }), { status: 304, text: '' });
  t.match(await admin.get(`${path}/`), { status: 200, headers: { etag } });
  const yaml = await admin.get(path, { headers: { accept: 'application/yaml' } });
  t.match(yaml.text, /^groupVersion: a.example\/v1$/m);
  t.equal((await admin.get(path, { headers: { accept: 'text/html' } })).status, 406);
  t.equal((await admin.send('POST', path, { body: {} })).status, 404, 'nothing but reading');
  t.equal((await admin.get('/apis/a.example%2Fv1')).status, 404);

  const discovery = { version: 'v1', freshness: 'Stale' as const };
  documents.discovery.publish({ ...entry, discovery, resources, staleSince: '2026-01-01T00:00:00Z' });
  const stale = await admin.get(path);
  t.match(stale, { status: 200, json: resources, headers: { etag } });
  t.match(stale.headers['warning'], /a\.example\/v1 cannot be reached since 2026-01-01T00:00:00Z: these are its last/);
  documents.discovery.publish({ ...entry, discovery, resources });
  t.match((await admin.get(path)).headers['warning'], /cannot be reached: these/);
  documents.discovery.remove(gv);
  t.equal((await admin.get(path)).status, 404);
});

t.test('lists of groups have entity tags that change with them', async (t) => {
  const { admin, documents } = await start(t);
  for (const path of ['/api', '/apis', '/apis/apiregistration.k8s.io', '/apis/apiregistration.k8s.io/v1', '/api/v1']) {
    const { etag = '' } = (await admin.get(path)).headers;
    t.match(await admin.get(path, { headers: { 'If-None-Match': etag } }), { status: 304 }, path);
  }
  const { etag: before } = (await admin.get('/apis')).headers;
  documents.discovery.publish(entry);
  const after = await admin.get('/apis');
  t.not(after.headers.etag, before);
  t.match(after.text, '"a.example"');
});

t.test('OpenAPI of services is merged into that of the server, and leaves without a trace', async (t) => {
  const { admin, documents } = await start(t);
  const before = await admin.get('/openapi/v2');
  const thing = { type: 'object', 'x-kubernetes-group-version-kind': [{ ...gv, kind: 'Thing' }] };
  const source = {
    paths: { '/apis/a.example/v1/things': { get: { responses: {} } } },
    definitions: { Thing: thing, 'io.k8s.apimachinery.pkg.apis.meta.v1.Patch': { type: 'string' } },
    parameters: {},
  };
  const publish = (hash: string, group = gv.group): void =>
    documents.openapi.publish({
      ...gv,
      group,
      json: () => Buffer.from('{"openapi":"3.0.0"}'),
      hash,
      v2: () => newOpenAPIV2Part(source),
    });
  publish('AB');
  publish('CD', 'apiregistration.k8s.io');
  t.match((await admin.get('/openapi/v3')).json, {
    paths: { 'apis/a.example/v1': { serverRelativeURL: '/openapi/v3/apis/a.example/v1?hash=AB' } },
  });
  t.match(await admin.get('/openapi/v3/apis/a.example/v1?hash=AB'), {
    text: '{"openapi":"3.0.0"}',
    headers: { 'cache-control': 'public, immutable' },
  });
  const merged = await admin.get('/openapi/v2');
  const json = merged.json as { definitions: Record<string, object>; paths: Record<string, object> };
  t.same(json.definitions['Thing'], thing);
  t.same(json.definitions['io.k8s.apimachinery.pkg.apis.meta.v1.Patch_v2'], { type: 'string' });
  t.equal(Object.keys(json.paths).filter((path) => path === '/apis/a.example/v1/things').length, 1);
  t.ok('io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIService' in json.definitions, 'own kinds are ours');
  const again = (await admin.get('/openapi/v2')).headers.etag;
  t.equal(again, merged.headers.etag);
  documents.openapi.remove(gv);
  documents.openapi.remove({ ...gv, group: 'apiregistration.k8s.io' });
  t.equal((await admin.get('/openapi/v2')).text, before.text);
});

t.test('what happened to a document is an Event, once a day', async (t) => {
  const { admin, documents } = await start(t);
  const apiService = `v1.${'x'.repeat(245)}`;
  const event = { apiService, type: 'Warning' as const, reason: 'Quarantined', message: 'm'.repeat(2000) };
  for (const each of [event, event, { ...event, message: 'another' }]) documents.recordEvent?.(each);
  let items: object[] = [];
  while (items.length < 2) {
    ({ items } = (await admin.get('/api/v1/namespaces/default/events')).json as { items: object[] });
  }
  t.equal(items.length, 2);
  t.match(
    items.find((each) => (each as { message: string }).message === 'another'),
    { involvedObject: { kind: 'APIService', name: apiService }, type: 'Warning', reason: 'Quarantined', count: 1 },
  );
});

t.test('documents are kept below the data directory', async (t) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'service-documents-'));
  t.teardown(() => rm(dataDir, { recursive: true, force: true }));
  const { documents } = await start(t, dataDir);
  documents.documentStores?.discovery.save('v1.a.example', {});
  await documents.documentStores?.discovery.flush();
  t.same(await readdir(join(dataDir, 'documents', 'discovery')), ['v1.a.example.json']);
  t.equal((await start(t)).documents.documentStores, undefined);
});
