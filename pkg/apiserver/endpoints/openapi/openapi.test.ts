import { readFileSync } from 'node:fs';
import t from 'tap';
import { apiServiceMessage } from '../../../../apis/apiregistration/v1/api-service-protobuf.ts';
import { leaseMessage } from '../../../../apis/coordination.k8s.io/v1/lease-protobuf.ts';
import type { ProtobufMessage } from '../../../apimachinery/protobuf/message.ts';
import type { KindDefinition } from '../../../apimachinery/schema/kind-definition.ts';
import type { Schema } from '../../../apimachinery/schema/schema.ts';
import { prepareBytes, prepareOpenAPIDocument } from '../discovery/prepared-document.ts';
import { fnv64 } from './fnv.ts';
import {
  newLocalOpenAPIV2,
  newLocalOpenAPIV3,
  newOpenAPIV2Document,
  toLocalOpenAPIV3Sources,
} from './local-openapi.ts';
import type { OpenAPIOptions } from './openapi-options.ts';
import { buildOpenAPIV2 } from './openapi-v2.ts';
import { newOpenAPIV3Documents } from './openapi-v3-documents.ts';
import { buildOpenAPIV3Index } from './openapi-v3-index.ts';
import { buildOpenAPIV3 } from './openapi-v3.ts';
import { toTag, withArticle } from './operation-name.ts';

type JSONObject = Record<string, ReturnType<typeof JSON.parse>>;

function readTestdata(name: string): JSONObject {
  return JSON.parse(readFileSync(new URL(`testdata/${name}.json`, import.meta.url), 'utf8'));
}

function readKind(name: string, protobuf: ProtobufMessage): KindDefinition {
  return { ...(readTestdata(name) as unknown as KindDefinition), protobuf };
}

const apiService = readKind('api-service-kind', apiServiceMessage);
const lease = readKind('lease-kind', leaseMessage);
const info = { title: 'Tributary', version: '0.1' };

/** What kube-apiserver 1.36 implements. */
const upstream: OpenAPIOptions = {
  info: { title: 'Kubernetes', version: '1.36' },
  patchTypes: [
    'application/json-patch+json',
    'application/merge-patch+json',
    'application/strategic-merge-patch+json',
    'application/apply-patch+yaml',
  ],
  omittedParameters: [],
};

function newKind(schema: Omit<Schema, '$id' | 'type'>, overrides: Partial<KindDefinition> = {}): KindDefinition {
  return {
    group: 'widgets.example.com',
    version: 'v1',
    kind: 'Widget',
    plural: 'widgets',
    singular: 'widget',
    scope: 'Namespaced',
    schema: { $id: 'com.example.widgets.v1.Widget', type: 'object', ...schema },
    ...overrides,
  };
}

/** The document as a client reads it. */
function buildV3(kinds: readonly KindDefinition[], options: OpenAPIOptions = { info }): JSONObject {
  const [{ group, version }] = kinds as [KindDefinition];
  return JSON.parse(prepareOpenAPIDocument(buildOpenAPIV3({ group, version }, kinds, options)).body.toString());
}

function operationIds(document: JSONObject): Record<string, string[]> {
  const entries = Object.entries(document['paths']).map(([path, item]) => [
    path,
    Object.values(item as JSONObject).flatMap((each) => each.operationId ?? []),
  ]);
  return Object.fromEntries(entries);
}

t.test('v3 documents are byte for byte those of kube-apiserver: their hashes are its hashes', async (t) => {
  const { paths } = readTestdata('openapi-v3-index');
  const documents = newLocalOpenAPIV3([apiService, lease], upstream);
  const keys = ['apis', 'apis/apiregistration.k8s.io', 'apis/coordination.k8s.io', 'apis/apiregistration.k8s.io/v1'];
  const index = JSON.parse(documents.index().body.toString());
  for (const key of [...keys, 'version']) t.same(index.paths[key], paths[key], key);
  const core = newLocalOpenAPIV3([newKind({}, { group: '' })], upstream);
  t.same(JSON.parse(core.index().body.toString()).paths['api'], paths['api']);
});

t.test('so is the document of a namespaced kind, but for the words of its list', async (t) => {
  const document = buildV3([lease], upstream);
  const { properties } = document['components'].schemas['io.k8s.api.coordination.v1.LeaseList'];
  properties.items.description = 'items is a list of schema objects.';
  properties.metadata.description = properties.metadata.description.replace('metadata More', 'metadata. More');
  const { paths } = readTestdata('openapi-v3-index');
  const { hash } = prepareOpenAPIDocument(document);
  t.equal(paths['apis/coordination.k8s.io/v1'].serverRelativeURL.split('hash=')[1], hash);
});

t.test('the v2 document has the paths, definitions and parameters of kube-apiserver, in its order', async (t) => {
  const golden = readTestdata('openapi-v2');
  const document: JSONObject = JSON.parse(JSON.stringify(buildOpenAPIV2([apiService], upstream)));
  for (const section of ['paths', 'definitions', 'parameters']) {
    for (const [name, expected] of Object.entries(golden[section])) {
      t.equal(JSON.stringify(document[section][name]), JSON.stringify(expected), `${section} ${name}`);
    }
  }
  t.same(Object.keys(document), Object.keys(golden));
  t.same(document['info'], golden['info']);
  t.same(document['securityDefinitions'], golden['securityDefinitions']);
  t.same(document['security'], golden['security']);
  t.same(Object.keys(document['paths']), Object.keys(golden['paths']));
  t.same(Object.keys(document['parameters']), Object.keys(golden['parameters']));
});

t.test('only what the server implements is advertised', async (t) => {
  const path = '/apis/widgets.example.com/v1/namespaces/{namespace}/widgets';
  const own = buildV3([newKind({})])['paths'];
  t.same(Object.keys(own[`${path}/{name}`].patch.requestBody.content), [
    'application/apply-patch+yaml',
    'application/json-patch+json',
    'application/merge-patch+json',
    'application/strategic-merge-patch+json',
  ]);
  t.same(Object.keys(own[path].get.responses['200'].content), [
    'application/json',
    'application/json;stream=watch',
    'application/yaml',
  ]);
  t.notMatch(JSON.stringify(own), 'shardSelector');
  t.notMatch(JSON.stringify(own[path]), 'protobuf', 'of which this kind has none');
  const inProtobuf = buildV3([newKind({}, { protobuf: leaseMessage })])['paths'];
  t.match(JSON.stringify(inProtobuf), 'application/vnd.kubernetes.protobuf;stream=watch');
  const others = buildV3([newKind({})], {
    info,
    patchTypes: ['application/apply-patch+yaml'],
    omittedParameters: ['force'],
  });
  const { patch } = others['paths'][`${path}/{name}`];
  t.same(Object.keys(patch.requestBody.content), ['application/apply-patch+yaml']);
  t.same(
    patch.parameters.map((each: JSONObject) => each['name']),
    ['dryRun', 'fieldManager', 'fieldValidation'],
  );
});

t.test('a namespaced kind has paths in a namespace, across namespaces, and for its status', async (t) => {
  const p = '/apis/widgets.example.com/v1';
  const document = buildV3([newKind({}, { statusSubresource: true })]);
  t.same(operationIds(document), {
    [`${p}/`]: ['getWidgetsExampleComV1APIResources'],
    [`${p}/namespaces/{namespace}/widgets`]: [
      'listWidgetsExampleComV1NamespacedWidget',
      'createWidgetsExampleComV1NamespacedWidget',
      'deleteWidgetsExampleComV1CollectionNamespacedWidget',
    ],
    [`${p}/namespaces/{namespace}/widgets/{name}`]: [
      'readWidgetsExampleComV1NamespacedWidget',
      'replaceWidgetsExampleComV1NamespacedWidget',
      'deleteWidgetsExampleComV1NamespacedWidget',
      'patchWidgetsExampleComV1NamespacedWidget',
    ],
    [`${p}/namespaces/{namespace}/widgets/{name}/status`]: [
      'readWidgetsExampleComV1NamespacedWidgetStatus',
      'replaceWidgetsExampleComV1NamespacedWidgetStatus',
      'patchWidgetsExampleComV1NamespacedWidgetStatus',
    ],
    [`${p}/watch/namespaces/{namespace}/widgets`]: ['watchWidgetsExampleComV1NamespacedWidgetList'],
    [`${p}/watch/namespaces/{namespace}/widgets/{name}`]: ['watchWidgetsExampleComV1NamespacedWidget'],
    [`${p}/watch/widgets`]: ['watchWidgetsExampleComV1WidgetListForAllNamespaces'],
    [`${p}/widgets`]: ['listWidgetsExampleComV1WidgetForAllNamespaces'],
  });
});

t.test('a kind with some verbs has only their operations, and only the definitions that these need', async (t) => {
  const review = buildV3([newKind({}, { scope: 'Cluster', verbs: ['create'] })]);
  t.same(operationIds(review), {
    '/apis/widgets.example.com/v1/': ['getWidgetsExampleComV1APIResources'],
    '/apis/widgets.example.com/v1/widgets': ['createWidgetsExampleComV1Widget'],
  });
  const { post, parameters } = review['paths']['/apis/widgets.example.com/v1/widgets'];
  t.equal(post.parameters, undefined, 'what all operations of a path share stands with the path');
  t.same(
    parameters.map((each: JSONObject) => each['name']),
    ['dryRun', 'fieldManager', 'fieldValidation', 'pretty'],
  );
  const names = Object.keys(review['components'].schemas).map((each) => each.split('.').at(-1));
  t.notOk(names.includes('WidgetList') || names.includes('Patch') || names.includes('DeleteOptions'));

  const list = buildV3([newKind({}, { scope: 'Cluster', verbs: ['get', 'list'] })]);
  const { get, parameters: shared } = list['paths']['/apis/widgets.example.com/v1/widgets'];
  t.equal(get.description, 'list objects of kind Widget');
  t.notMatch(JSON.stringify([get, shared]), /"name":"(watch|allowWatchBookmarks|sendInitialEvents)"|stream=watch/);
  t.notOk('/apis/widgets.example.com/v1/watch/widgets' in list['paths']);
});

function ref(name: string): object {
  return { $ref: `#/components/schemas/${name}` };
}

t.test('named schemas become definitions; what the field says stays with the field', async (t) => {
  const part: Schema = {
    $id: 'com.example.Part',
    type: 'object',
    description: 'of the field',
    'x-kubernetes-map-type': 'atomic',
  };
  const document = buildV3([
    newKind({
      properties: {
        bare: {
          $id: 'com.example.Bare',
          type: 'object',
          properties: { deep: { $id: 'com.example.Deep', type: 'string' } },
        },
        part: { ...part, default: {}, 'x-kubernetes-patch-strategy': 'replace' },
        parts: { type: 'array', items: { ...part, description: 'of the item' } },
        map: { type: 'object', additionalProperties: part },
        at: { $ref: 'io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime', description: 'when' },
        since: { $ref: 'io.k8s.apimachinery.pkg.apis.meta.v1.Time' },
      },
    }),
  ]);
  const { schemas } = document['components'];
  t.match(schemas['com.example.widgets.v1.Widget'].properties, {
    bare: ref('com.example.Bare'),
    part: {
      description: 'of the field',
      default: {},
      allOf: [ref('com.example.Part')],
      'x-kubernetes-patch-strategy': 'replace',
    },
    parts: { items: { description: 'of the item', allOf: [ref('com.example.Part')] } },
    map: { additionalProperties: { description: 'of the field', allOf: [ref('com.example.Part')] } },
    at: { description: 'when', allOf: [ref('io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime')] },
    since: ref('io.k8s.apimachinery.pkg.apis.meta.v1.Time'),
  });
  t.same(schemas['com.example.Part'], { type: 'object', 'x-kubernetes-map-type': 'atomic' });
  t.same(schemas['com.example.Bare'], { type: 'object', properties: { deep: ref('com.example.Deep') } });
  t.match(schemas['io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime'], { type: 'string', format: 'date-time' });
});

t.test('one name for two schemas, and a name for none, are errors that say which', async (t) => {
  const conflict = newKind({
    properties: { a: { $id: 'com.example.Part', type: 'string' }, b: { $id: 'com.example.Part', type: 'integer' } },
  });
  t.throws(() => buildV3([conflict]), new TypeError('OpenAPI definition com.example.Part has two different schemas'));
  const dangling = newKind({ properties: { a: { $ref: 'com.example.Gone' as never } } });
  t.throws(
    () => buildV3([dangling]),
    new TypeError('OpenAPI definition com.example.Gone is referred to, but not defined'),
  );
});

t.test('bytes do not depend on the order in which kinds and members are written', async (t) => {
  const reverse = (value: unknown): unknown => {
    if (Array.isArray(value) || typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value)
        .toReversed()
        .map(([name, each]) => [name, reverse(each)]),
    );
  };
  const other = {
    ...apiService,
    kind: 'Other',
    plural: 'others',
    schema: { $id: 'test.Other', type: 'object' as const },
  };
  const kinds = [apiService, other];
  const reversed = [other, reverse(apiService) as KindDefinition];
  for (const key of ['apis/apiregistration.k8s.io/v1', 'apis']) {
    t.equal(newLocalOpenAPIV3(reversed, { info }).get(key)?.hash, newLocalOpenAPIV3(kinds, { info }).get(key)?.hash);
  }
  t.equal(newLocalOpenAPIV2(reversed, { info }).json().hash, newLocalOpenAPIV2(kinds, { info }).json().hash);
});

const awkward = newKind({
  properties: {
    nullable: { type: 'array', nullable: true, description: 'may be null', items: { type: 'string' } },
    intOrString: { 'x-kubernetes-int-or-string': true, description: 'port' },
    open: {
      type: 'object',
      'x-kubernetes-preserve-unknown-fields': true,
      required: ['a'],
      properties: { a: { type: 'string' } },
    },
    mixed: { type: 'object', properties: { a: { type: 'string' } }, additionalProperties: { type: 'string' } },
    closed: { type: 'object', additionalProperties: false, properties: { a: { type: 'string' } } },
    list: { type: 'array' },
    choice: { type: 'string', enum: ['a', 'b'], default: 'a', minLength: 1, pattern: '^[ab]$' },
    part: { $id: 'com.example.Part', type: 'object', default: {}, nullable: true, description: 'a part' },
    anything: {},
  },
});

/** What is wrong with a schema in the eyes of kubectl up to 1.26. */
function faultsOf(schema: JSONObject, definitions: JSONObject): string[] {
  const faults: string[] = [];
  const { $ref, type, properties, items, additionalProperties } = schema;
  if ($ref !== undefined && !definitions[$ref.slice('#/definitions/'.length)]) faults.push(`dangling ${$ref}`);
  if ($ref !== undefined && (type !== undefined || properties !== undefined)) faults.push(`type beside ${$ref}`);
  if (type !== undefined && typeof type !== 'string') faults.push('several types');
  if (type === 'array' && (items === undefined || Array.isArray(items))) faults.push('array without items');
  if ('default' in schema || 'nullable' in schema || 'allOf' in schema) faults.push('unknown member');
  const children = Object.values(properties ?? {});
  if (items !== undefined) children.push(items);
  if (typeof additionalProperties === 'object') children.push(additionalProperties);
  return [...faults, ...children.flatMap((each) => faultsOf(each as JSONObject, definitions))];
}

t.test('v2 definitions keep within the limits of old parsers and old client-side validation', async (t) => {
  const { definitions }: JSONObject = buildOpenAPIV2([awkward, apiService, lease], { info });
  for (const schema of Object.values(definitions)) t.same(faultsOf(schema as JSONObject, definitions), []);
  const { properties } = definitions['com.example.widgets.v1.Widget'];
  t.same(properties.nullable, { description: 'may be null' });
  t.same(properties.intOrString, { description: 'port', 'x-kubernetes-int-or-string': true });
  t.same(properties.open, { type: 'object', 'x-kubernetes-preserve-unknown-fields': true });
  t.same(properties.mixed, { type: 'object' });
  t.same(properties.closed, { type: 'object', properties: { a: { type: 'string' } }, additionalProperties: false });
  t.same(properties.list, { type: 'array', items: {} });
  t.same(properties.choice, { type: 'string', minLength: 1, pattern: '^[ab]$', enum: ['a', 'b'] });
  t.same(properties.part, { description: 'a part', $ref: '#/definitions/com.example.Part' });
  t.same(properties.anything, {});
});

t.test('v3 definitions keep everything', async (t) => {
  const { schemas } = buildV3([awkward])['components'];
  const { properties } = schemas['com.example.widgets.v1.Widget'];
  t.same(properties.nullable, { description: 'may be null', type: 'array', nullable: true, items: { type: 'string' } });
  t.match(properties.choice, { default: 'a' });
  t.same(properties.part, {
    description: 'a part',
    nullable: true,
    default: {},
    allOf: [{ $ref: '#/components/schemas/com.example.Part' }],
  });
});

t.test('keys follow from the kinds; a document is built when it is asked for, once', async (t) => {
  const broken = newKind({
    properties: { a: { $id: 'com.example.Part', type: 'string' }, b: { $id: 'com.example.Part', type: 'integer' } },
  });
  const documents = newLocalOpenAPIV3([broken, apiService, { ...lease, group: '' }], { info });
  t.same(documents.keys, [
    'api',
    'api/v1',
    'apis',
    'apis/apiregistration.k8s.io',
    'apis/apiregistration.k8s.io/v1',
    'apis/widgets.example.com',
    'apis/widgets.example.com/v1',
    'version',
  ]);
  t.equal(documents.get('api/v1'), documents.get('api/v1'));
  t.match(documents.get('api/v1'), { contentType: 'application/json' });
  t.throws(() => documents.get('apis/widgets.example.com/v1'), TypeError);
  t.equal(documents.get('apis/gone.example.com/v1'), undefined);
  t.equal(await documents.getProtobuf('apis/gone.example.com/v1'), undefined);
});

t.test('protobuf forms share hash and entity tag with the JSON form', async (t) => {
  const documents = newLocalOpenAPIV3([lease], { info });
  const v3 = await documents.getProtobuf('apis/coordination.k8s.io/v1');
  t.match(v3, {
    contentType: 'application/com.github.proto-openapi.spec.v3.v1.0+protobuf',
    etag: documents.get('apis/coordination.k8s.io/v1')?.etag,
  });
  t.equal(await documents.getProtobuf('apis/coordination.k8s.io/v1'), v3);
  const v2 = newLocalOpenAPIV2([lease], { info });
  const protobuf = await v2.protobuf();
  t.match(protobuf, {
    contentType: 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf',
    hash: v2.json().hash,
  });
  t.match(protobuf.body.toString('latin1'), 'io.k8s.api.coordination.v1.LeaseSpec');
  await t.rejects(newOpenAPIV2Document(() => ({ swagger: 2 })).protobuf(), TypeError);
});

t.test('documents of other servers join as they came; the first source of a key wins', async (t) => {
  const body = Buffer.from('{"openapi":"3.0.0","info":{"title":"Wardle","version":"0.1"},"paths":{}}');
  const foreign = prepareBytes(body, { contentType: 'application/json' });
  const documents = newOpenAPIV3Documents([
    ...toLocalOpenAPIV3Sources([lease], { info }),
    ['apis/wardle.example.com/v1', foreign],
    ['version', foreign],
    ['apis/broken.example.com/v1', prepareBytes(Buffer.from('{'), { contentType: 'application/json' })],
  ]);
  t.equal(documents.get('apis/wardle.example.com/v1'), foreign);
  t.not(documents.get('version'), foreign);
  const protobuf = await documents.getProtobuf('apis/wardle.example.com/v1');
  t.match(protobuf?.body.toString('latin1'), 'Wardle');
  t.equal(protobuf?.hash, foreign.hash);
  await t.rejects(documents.getProtobuf('apis/broken.example.com/v1'), SyntaxError);
  const index = JSON.parse(documents.index().body.toString());
  t.equal(
    index.paths['apis/wardle.example.com/v1'].serverRelativeURL,
    `/openapi/v3/apis/wardle.example.com/v1?hash=${foreign.hash}`,
  );
});

t.test('the index is sorted and needs hashes only', async (t) => {
  const index = buildOpenAPIV3Index([
    { key: 'version', hash: 'B' },
    { key: 'api', hash: 'A' },
  ]);
  t.equal(
    JSON.stringify(index),
    '{"paths":{"api":{"serverRelativeURL":"/openapi/v3/api?hash=A"},"version":{"serverRelativeURL":"/openapi/v3/version?hash=B"}}}',
  );
});

t.test('operations are named as upstream names them', async (t) => {
  t.equal(toTag('rbac.authorization.k8s.io', 'v1'), 'rbacAuthorization_v1');
  t.equal(toTag(''), 'core');
  t.equal(toTag('my-group.example.com'), 'myGroupExampleCom');
  t.equal(withArticle('Ingress'), 'an Ingress');
  t.equal(withArticle('Class'), 'a Class');
  t.equal(withArticle('Endpoints'), 'Endpoints');
});

t.test('FNV-1 hashes are those of its reference implementation', async (t) => {
  t.equal(fnv64(Buffer.from('')).toString('hex'), 'cbf29ce484222325');
  t.equal(fnv64(Buffer.from('a')).toString('hex'), 'af63bd4c8601b7be');
  t.equal(fnv64(Buffer.from('foobar')).toString('hex'), '340d8765a4dda9c2');
});
