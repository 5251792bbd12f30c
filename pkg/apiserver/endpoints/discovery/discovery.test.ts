import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import t from 'tap';
import type { APIResource, APIResourceList } from '../../../../apis/meta/v1/types.ts';
import type { KindDefinition } from '../../../apimachinery/schema/kind-definition.ts';
import { toAPIGroupDiscovery, toAPIGroupDiscoveryList, toDiscoveryContentType } from './api-group-discovery-list.ts';
import { toAPIGroup, toAPIGroupList, toAPIVersions } from './api-group.ts';
import { toAPIResourceList } from './api-resource-list.ts';
import { toAPIVersionDiscovery } from './api-version-discovery.ts';
import { toGoJSON } from './go-json.ts';
import { fromAPIResourceList } from './legacy-conversion.ts';
import { prepareBytes, prepareDiscoveryDocument, prepareOpenAPIDocument } from './prepared-document.ts';
import { fillResponseKinds } from './response-kinds.ts';
import { toStorageVersionHash } from './storage-version-hash.ts';

const golden = JSON.parse(readFileSync(new URL('testdata/golden.json', import.meta.url), 'utf8'));

function newKind(overrides: Partial<KindDefinition> & Pick<KindDefinition, 'group' | 'kind'>): KindDefinition {
  const singular = overrides.kind.toLowerCase();
  return {
    version: 'v1',
    singular,
    plural: `${singular}s`,
    scope: 'Namespaced',
    schema: { $id: `test.${overrides.kind}`, type: 'object' },
    ...overrides,
  };
}

const apiService = newKind({
  group: 'apiregistration.k8s.io',
  kind: 'APIService',
  scope: 'Cluster',
  categories: ['api-extensions'],
  shortNames: [],
  statusSubresource: true,
});
const lease = newKind({ group: 'coordination.k8s.io', kind: 'Lease' });
const reviews = ['TokenReview', 'SelfSubjectReview'].map((kind) =>
  newKind({ group: 'authentication.k8s.io', kind, scope: 'Cluster', verbs: ['create'] }),
);
const configMap = newKind({ group: '', kind: 'ConfigMap', shortNames: ['cm'] });

t.test('legacy documents are what kube-apiserver sends, byte for byte', async (t) => {
  t.equal(prepareDiscoveryDocument(toAPIResourceList(apiService, [apiService])).body.toString(), golden.resources);
  const group = toAPIGroup({ group: 'apiregistration.k8s.io', versions: ['v1'] });
  t.equal(prepareDiscoveryDocument(group).body.toString(), golden.group);
});

t.test('the group list keeps the given order and leaves the core group out', async (t) => {
  const names = golden.groups.groups.map((each: { name: string }) => each.name);
  const groups = ['', ...names].map((group: string) => ({ group, versions: ['v1'] as const }));
  t.equal(JSON.stringify(toAPIGroupList(groups)), JSON.stringify(golden.groups));
});

t.test('the first version of a group is the preferred one', async (t) => {
  const group = toAPIGroup({ group: 'a.example.com', versions: ['v2', 'v1'] });
  t.same(group.preferredVersion, { groupVersion: 'a.example.com/v2', version: 'v2' });
  t.same(
    group.versions.map((each) => each.version),
    ['v2', 'v1'],
  );
});

t.test('/api names the versions of the core group and has no apiVersion', async (t) => {
  t.equal(
    JSON.stringify(toAPIVersions(['v1'], '192.0.2.1:6443')),
    '{"kind":"APIVersions","versions":["v1"],"serverAddressByClientCIDRs":[{"clientCIDR":"0.0.0.0/0","serverAddress":"192.0.2.1:6443"}]}',
  );
});

t.test('the core group version has no group in its legacy document', async (t) => {
  const list = toAPIResourceList({ group: '', version: 'v1' }, [configMap]);
  t.equal(list.groupVersion, 'v1');
  t.match(list.resources, [{ name: 'configmaps', namespaced: true, shortNames: ['cm'] }]);
});

t.test('what is never stored has no storage version hash', async (t) => {
  const list = toAPIResourceList(lease, [lease, ...reviews]);
  t.same(
    list.resources.map((each) => [each.name, each.storageVersionHash !== undefined]),
    [
      ['leases', true],
      ['selfsubjectreviews', false],
      ['tokenreviews', false],
    ],
  );
  t.equal(toStorageVersionHash({ group: 'apiregistration.k8s.io', version: 'v1', kind: 'APIService' }), 'InPBPD7+PqM=');
});

t.test('the aggregated document is what kube-apiserver sends', async (t) => {
  const groups = [[apiService], reviews, [lease]].map((kinds) => {
    const [{ group }] = kinds as [KindDefinition];
    return toAPIGroupDiscovery(group, [toAPIVersionDiscovery({ group, version: 'v1' }, kinds)]);
  });
  t.equal(JSON.stringify(toAPIGroupDiscoveryList(groups, 'v2')), JSON.stringify(golden.apisV2));
  t.equal(toDiscoveryContentType('v2'), golden.contentType);
});

t.test('the core group of the aggregated document has no name', async (t) => {
  const core = toAPIGroupDiscovery('', [toAPIVersionDiscovery({ group: '', version: 'v1' }, [configMap])]);
  const [expected] = golden.apiV2.items;
  expected.versions[0].resources.length = 1;
  t.equal(JSON.stringify(core), JSON.stringify(expected));
});

t.test('the beta document differs in its version alone', async (t) => {
  const list = toAPIGroupDiscoveryList([], 'v2beta1');
  t.same(list, { kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2beta1', metadata: {}, items: [] });
  t.equal(
    toDiscoveryContentType('v2beta1'),
    'application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList',
  );
});

t.test('a version without kinds has no resources member', async (t) => {
  t.same(toAPIVersionDiscovery({ group: 'a', version: 'v1' }, []), { version: 'v1', freshness: 'Current' });
});

t.test('resources are sorted by name and verbs by word, whatever order the kinds have', async (t) => {
  const zebra = newKind({ group: 'a', kind: 'Zebra', statusSubresource: true, verbs: ['watch', 'list', 'get'] });
  const ape = newKind({ group: 'a', kind: 'Ape' });
  const document = JSON.stringify(toAPIResourceList(ape, [zebra, ape]));
  t.equal(document, JSON.stringify(toAPIResourceList(ape, [ape, zebra])));
  const { resources } = JSON.parse(document) as APIResourceList;
  t.same(
    resources.map((each) => each.name),
    ['apes', 'zebras', 'zebras/status'],
  );
  t.same(resources[1]?.verbs, ['get', 'list', 'watch']);
});

function legacy(resources: Partial<APIResource>[]): APIResourceList {
  const filled = resources.map((each) => ({
    singularName: '',
    namespaced: true,
    kind: 'Pod',
    verbs: ['get'],
    ...each,
  }));
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: 'a.example.com/v1',
    resources: filled as APIResource[],
  };
}

t.test('a legacy document becomes an aggregated one', async (t) => {
  const list = legacy([
    { name: 'pods', singularName: 'pod', shortNames: ['po'], categories: ['all'], verbs: ['get', 'list'] },
    { name: 'pods/status' },
    { name: 'pods/eviction', kind: 'Eviction', group: 'policy', version: 'v1beta1', verbs: ['create'] },
  ]);
  const pod = { group: 'a.example.com', version: 'v1', kind: 'Pod' };
  t.same(fromAPIResourceList(list), {
    version: 'v1',
    resources: [
      {
        resource: 'pods',
        responseKind: pod,
        scope: 'Namespaced',
        singularResource: 'pod',
        verbs: ['get', 'list'],
        shortNames: ['po'],
        categories: ['all'],
        subresources: [
          { subresource: 'status', responseKind: pod, verbs: ['get'] },
          {
            subresource: 'eviction',
            responseKind: { group: 'policy', version: 'v1beta1', kind: 'Eviction' },
            verbs: ['create'],
          },
        ],
      },
    ],
    freshness: 'Current',
  });
});

t.test('a subresource whose parent is not listed gets one, without a kind and without verbs', async (t) => {
  const { resources } = fromAPIResourceList(legacy([{ name: 'pods/log', namespaced: false }]));
  t.match(resources, [
    {
      resource: 'pods',
      responseKind: { group: '', version: '', kind: '' },
      scope: 'Cluster',
      verbs: [],
      subresources: [{ subresource: 'log' }],
    },
  ]);
});

t.test('a parent that comes after its subresource keeps it', async (t) => {
  const { resources = [] } = fromAPIResourceList(legacy([{ name: 'pods/log' }, { name: 'pods', verbs: ['list'] }]));
  t.equal(resources.length, 1);
  t.match(resources[0], { responseKind: { kind: 'Pod' }, verbs: ['list'], subresources: [{ subresource: 'log' }] });
});

t.test('a subresource of another scope than its parent is an error, in either order', async (t) => {
  const pods = { name: 'pods', namespaced: true };
  const log = { name: 'pods/log', namespaced: false };
  const message = 'Error: Parent pods (scope: Namespaced) and subresource pods/log (scope: Cluster) scope do not match';
  t.throws(() => fromAPIResourceList(legacy([pods, log])), new TypeError(message));
  t.throws(() => fromAPIResourceList(legacy([log, pods])), new TypeError(message));
});

t.test('a legacy document that leaves members out or null is taken as empty', async (t) => {
  const list = JSON.parse('{"kind":"APIResourceList","groupVersion":"a/v1","resources":null}');
  t.same(fromAPIResourceList(list), { version: 'v1', freshness: 'Current' });
  const sparse = JSON.parse('{"groupVersion":"a/v1","resources":[{"name":"xs","namespaced":false,"kind":"X"}]}');
  t.match(fromAPIResourceList(sparse).resources, [{ resource: 'xs', singularResource: '', verbs: [] }]);
  t.throws(() => fromAPIResourceList({ ...list, groupVersion: 'a/b/c' }), TypeError);
});

t.test('null kinds of another server are filled, the rest is kept', async (t) => {
  const foreign = JSON.parse(`{"metadata":{"name":"g","creationTimestamp":null},"versions":[
    {"version":"v1","resources":[{"resource":"xs","responseKind":null,"scope":"Cluster","singularResource":"x","verbs":["get"],
      "subresources":[{"subresource":"status","verbs":["get"]}]},{"resource":"ys","responseKind":{"group":"","version":"","kind":"Y"}}]},
    {"version":"v2","freshness":"Stale"}]}`);
  const empty = { group: '', version: '', kind: '' };
  const filled = fillResponseKinds(foreign);
  t.match(filled.versions[0]?.resources, [
    { responseKind: empty, verbs: ['get'], subresources: [{ subresource: 'status', responseKind: empty }] },
    { resource: 'ys', responseKind: { kind: 'Y' } },
  ]);
  t.same(filled.versions[1], { version: 'v2', freshness: 'Stale' });
  t.same(fillResponseKinds(JSON.parse('{"metadata":{"name":"g"}}')).versions, []);
});

t.test('a prepared document has the hash of its text as entity tag, and compresses once', async (t) => {
  const document = prepareDiscoveryDocument({ a: 1 }, 'application/json;v=v2');
  const hash = createHash('sha512').update('{"a":1}').digest('hex').toUpperCase();
  t.match(document, { contentType: 'application/json;v=v2', hash, etag: `"${hash}"` });
  t.equal(document.body.toString(), '{"a":1}\n');
  t.equal(gunzipSync(await document.gzip()).toString(), '{"a":1}\n');
  t.equal(await document.gzip(), await document.gzip());
  t.equal(prepareOpenAPIDocument({ a: 1 }).body.toString(), '{"a":1}');
  t.equal(prepareOpenAPIDocument({ a: 1 }).hash, hash);
});

t.test('bytes of another encoding can share the hash of the document that they encode', async (t) => {
  const body = Buffer.from([1, 2]);
  t.match(prepareBytes(body, { contentType: 'x/y', hash: 'AB' }), { body, contentType: 'x/y', etag: '"AB"' });
  t.equal(
    prepareBytes(body, { contentType: 'x/y' }).hash,
    createHash('sha512').update(body).digest('hex').toUpperCase(),
  );
});

t.test('text is escaped as Go escapes it', async (t) => {
  t.equal(toGoJSON({ 'a<b': '&>\u2028\u2029"é' }), '{"a\\u003cb":"\\u0026\\u003e\\u2028\\u2029\\"é"}');
});
