import { gunzipSync } from 'node:zlib';
import t, { type Test } from 'tap';
import { apiGroupDiscoveryListMessage } from '../../../../apis/apidiscovery/v2/api-group-discovery-list-protobuf.ts';
import { configMapMessage } from '../../../../apis/core/v1/config-map-protobuf.ts';
import { configMapKind } from '../../../../apis/core/v1/config-map.ts';
import type { TypeMeta } from '../../../../apis/meta/v1/types.ts';
import { decodeEnvelope, decodeMessage, encodeEnvelope, encodeField } from '../../../apimachinery/protobuf/codec.ts';
import { deleteOptionsMessage } from '../../../apimachinery/protobuf/delete-options-message.ts';
import {
  apiGroupListMessage,
  apiGroupMessage,
  apiResourceListMessage,
  apiVersionsMessage,
} from '../../../apimachinery/protobuf/discovery-messages.ts';
import { list, message, type ProtobufMessage } from '../../../apimachinery/protobuf/message.ts';
import { listMetaMessage, partialObjectMetadataMessage } from '../../../apimachinery/protobuf/object-meta-messages.ts';
import { statusMessage } from '../../../apimachinery/protobuf/status-message.ts';
import type { JSONObject } from '../../../apimachinery/runtime/json.ts';
import type { Storage } from '../../../storage/interface.ts';
import { newMemoryStorage } from '../../../storage/memory/memory-storage.ts';
import type { APIClient } from '../../../testing/api-client.ts';
import { startAPIServer } from '../../../testing/api-server-fixture.ts';
import { newWidget } from '../../../testing/test-kinds.ts';

const mediaType = 'application/vnd.kubernetes.protobuf';
const configMaps = '/api/v1/namespaces/n/configmaps';
const widgets = '/apis/test.example.com/v1/namespaces/n/widgets';
const configMap = { apiVersion: 'v1', kind: 'ConfigMap' };
const accept = { headers: { accept: `${mediaType},application/json` } };
const partial = (as: string) => ({
  headers: { accept: `${mediaType};as=${as};g=meta.k8s.io;v=v1,application/json;as=${as};g=meta.k8s.io;v=v1` },
});

const toList = (item: ProtobufMessage): ProtobufMessage =>
  message('List', { metadata: [1, listMetaMessage], items: [2, list(item)] });

async function start(t: Test, storage: Storage = newMemoryStorage()): Promise<APIClient> {
  const priority = { groupPriorityMinimum: 18_000, versionPriority: 1 };
  const { admin } = await startAPIServer(t, { storage, prepare: (server) => server.install(configMapKind, priority) });
  return admin;
}

function encode(object: object, table = configMapMessage, type: TypeMeta = configMap): Buffer {
  return encodeEnvelope(type, encodeField(object, table));
}

/** The object in a body, with the kind that it says. */
function decode(body: Buffer, table: ProtobufMessage): JSONObject {
  const { raw, apiVersion, kind } = decodeEnvelope(body);
  return { apiVersion, kind, ...decodeMessage(raw, table) };
}

const send = (admin: APIClient, [method, path]: readonly [string, string], body: Buffer) =>
  admin.send(method, path, { headers: { ...accept.headers, 'Content-Type': mediaType }, body });

const named = (name: string, rest: object = {}) => ({ metadata: { name }, ...rest });

t.test('an object is written and read in either form', async (t) => {
  const admin = await start(t);
  const content = { data: { 'a.txt': 'ü', b: '' }, binaryData: { c: 'AP8=' }, immutable: false };
  const created = await send(admin, ['POST', configMaps], encode(named('a', content)));
  t.match(created, { status: 201, headers: { 'content-type': mediaType }, warnings: [] });
  const made = decode(created.bytes, configMapMessage) as { metadata: { managedFields: object[] } };
  t.match(made, { ...configMap, ...content, metadata: { name: 'a', namespace: 'n', uid: /^[0-9a-f-]{36}$/ } });
  t.match(made.metadata.managedFields, [{ fieldsV1: { 'f:data': { 'f:a.txt': {} } } }]);
  t.same((await admin.get(`${configMaps}/a`)).json, made, 'as JSON it is the same');
  t.same(decode((await admin.get(`${configMaps}/a`, accept)).bytes, configMapMessage), made);

  const changed = await send(admin, ['PUT', `${configMaps}/a`], encode({ ...made, data: { b: 'new' } }));
  t.match(changed, { status: 200, headers: { 'content-type': mediaType } });
  t.match((await admin.get(`${configMaps}/a`)).json, { data: { b: 'new' }, binaryData: { c: 'AP8=' } });
  const stale = await send(admin, ['PUT', `${configMaps}/a`], encode(made));
  t.match(stale, { status: 409, headers: { 'content-type': mediaType } });
  t.match(decode(stale.bytes, statusMessage), { kind: 'Status', apiVersion: 'v1', reason: 'Conflict', code: 409 });
  const patched = await admin.send('PATCH', `${configMaps}/a`, {
    headers: { ...accept.headers, 'Content-Type': 'application/merge-patch+json' },
    body: { data: { b: null } },
  });
  t.same(decode(patched.bytes, configMapMessage)['data'], undefined);
});

t.test('the form of an answer follows what the client accepts', async (t) => {
  const admin = await start(t);
  await admin.send('POST', configMaps, { body: { ...configMap, ...named('a') } });
  const cases: [string, string][] = [
    [mediaType, mediaType],
    [`${mediaType}, */*`, mediaType],
    [`application/json, ${mediaType}`, 'application/json'],
    [`application/json;q=0.5, ${mediaType};q=0.9`, mediaType],
    [`${mediaType};q=0.5, application/yaml`, 'application/yaml'],
    [`${mediaType};as=Table;g=meta.k8s.io;v=v1, ${mediaType}`, mediaType],
    ['*/*', 'application/json'],
  ];
  for (const [text, expected] of cases) {
    for (const path of [`${configMaps}/a`, configMaps, `${configMaps}/none`]) {
      const answer = await admin.get(path, { headers: { accept: text } });
      t.equal(answer.headers['content-type'], expected, `${text} for ${path}`);
    }
  }
});

t.test('lists, and metadata alone', async (t) => {
  const admin = await start(t);
  const empty = await admin.get(configMaps, accept);
  const itself = toList(configMapMessage);
  t.match(decode(empty.bytes, itself), { apiVersion: 'v1', kind: 'ConfigMapList', metadata: { resourceVersion: '1' } });
  for (const name of ['a', 'b', 'c']) await send(admin, ['POST', configMaps], encode(named(name, { data: { name } })));
  const page = decode((await admin.get(`${configMaps}?limit=2`, accept)).bytes, itself);
  t.match(page, { metadata: { remainingItemCount: 1, continue: /./ }, items: [{ data: { name: 'a' } }, {}] });
  t.same((page['items'] as object[]).length, 2);
  const whole = await admin.get('/api/v1/configmaps', { headers: { accept: `${mediaType};q=1` } });
  const inJSON = (await admin.get('/api/v1/configmaps')).json as { items: object[] };
  t.same(decode(whole.bytes, itself)['items'], inJSON.items);

  const one = await admin.get(`${configMaps}/a`, partial('PartialObjectMetadata'));
  t.equal(one.headers['content-type'], mediaType);
  const metadata = decode(one.bytes, partialObjectMetadataMessage);
  t.match(metadata, { apiVersion: 'meta.k8s.io/v1', kind: 'PartialObjectMetadata', metadata: { name: 'a' } });
  const all = await admin.get(configMaps, partial('PartialObjectMetadataList'));
  t.match(decode(all.bytes, toList(partialObjectMetadataMessage)), {
    apiVersion: 'meta.k8s.io/v1',
    kind: 'PartialObjectMetadataList',
    items: [{ metadata: { name: 'a' } }, { metadata: { name: 'b' } }, { metadata: { name: 'c' } }],
  });
  const wrong = await admin.get(configMaps, partial('PartialObjectMetadata'));
  t.match(decode(wrong.bytes, statusMessage), { code: 406 });

  await send(admin, ['POST', configMaps], encode(named('large', { data: { x: 'x'.repeat(300_000) } })));
  const large = await admin.get(configMaps, { headers: { ...accept.headers, 'accept-encoding': 'gzip' } });
  t.equal(large.headers['content-encoding'], 'gzip');
  t.match((decode(gunzipSync(large.bytes), itself)['items'] as object[]).length, 4);
});

/** The events in the body of a watch. */
function decodeFrames(body: Buffer, table: ProtobufMessage): { type: unknown; object: JSONObject }[] {
  const raw = message('RawExtension', { raw: [1, 'bytes'] });
  const event = message('WatchEvent', { type: [1, 'string'], object: [2, raw] });
  const events = [];
  for (let at = 0; at < body.length;) {
    const end = at + 4 + body.readUInt32BE(at);
    const { type, object } = decodeMessage(body.subarray(at + 4, end), event);
    const inner = Buffer.from((object as { raw: string }).raw, 'base64');
    events.push({ type, object: decode(inner, type === 'ERROR' ? statusMessage : table) });
    at = end;
  }
  return events;
}

t.test('a watch is a stream of messages after their lengths', async (t) => {
  const admin = await start(t);
  await send(admin, ['POST', configMaps], encode(named('a', { data: { n: '1' } })));
  await admin.send('POST', configMaps, { body: { ...configMap, ...named('b') } });
  await admin.send('DELETE', `${configMaps}/a`);
  const query = 'watch=1&timeoutSeconds=1';
  const initial = 'sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';
  const forgetful = await start(t, newMemoryStorage({ watchWindow: 1 }));
  for (const name of ['a', 'b', 'c']) await send(forgetful, ['POST', configMaps], encode(named(name)));
  const [changes, current, metadata, expired, refused] = await Promise.all([
    admin.get(`${configMaps}?${query}&resourceVersion=1`, accept),
    admin.get(`${configMaps}?${query}&${initial}`, accept),
    admin.get(`${configMaps}?${query}&${initial}`, partial('PartialObjectMetadata')),
    forgetful.get(`${configMaps}?${query}&resourceVersion=1`, accept),
    admin.get(`${configMaps}?${query}&limit=x`, accept),
  ]);
  t.match(changes, { status: 200, headers: { 'content-type': `${mediaType};stream=watch` } });
  t.match(decodeFrames(changes.bytes, configMapMessage), [
    { type: 'ADDED', object: { ...configMap, metadata: { name: 'a', resourceVersion: '2' }, data: { n: '1' } } },
    { type: 'ADDED', object: { ...configMap, metadata: { name: 'b', resourceVersion: '3' } } },
    { type: 'DELETED', object: { ...configMap, metadata: { name: 'a', resourceVersion: '4' }, data: { n: '1' } } },
  ]);
  const annotations = { 'k8s.io/initial-events-end': 'true' };
  t.match(decodeFrames(current.bytes, configMapMessage), [
    { type: 'ADDED', object: { ...configMap, metadata: { name: 'b' } } },
    { type: 'BOOKMARK', object: { ...configMap, metadata: { resourceVersion: '4', annotations } } },
  ]);
  const type = { apiVersion: 'meta.k8s.io/v1', kind: 'PartialObjectMetadata' };
  t.match(decodeFrames(metadata.bytes, partialObjectMetadataMessage), [
    { type: 'ADDED', object: { ...type, metadata: { name: 'b' } } },
    { type: 'BOOKMARK', object: { ...type, metadata: { resourceVersion: '4', annotations } } },
  ]);
  t.match(decodeFrames(expired.bytes, configMapMessage), [
    { type: 'ERROR', object: { kind: 'Status', apiVersion: 'v1', status: 'Failure', code: 410, reason: 'Expired' } },
  ]);
  t.match(refused, { status: 400, headers: { 'content-type': mediaType } });
});

t.test('options of a delete come in protobuf as well', async (t) => {
  const admin = await start(t);
  for (const name of ['a', 'b']) await admin.send('POST', configMaps, { body: { ...configMap, ...named(name) } });
  const options = (members: object, kind = 'DeleteOptions') =>
    encode(members, deleteOptionsMessage, { apiVersion: 'v1', kind });
  const guarded = await send(admin, ['DELETE', `${configMaps}/a`], options({ preconditions: { uid: 'other' } }));
  t.match(decode(guarded.bytes, statusMessage), { code: 409, reason: 'Conflict' });
  const dry = await send(admin, ['DELETE', `${configMaps}/a`], options({ dryRun: ['All'], gracePeriodSeconds: 0 }));
  t.match(decode(dry.bytes, statusMessage), { status: 'Success', details: { name: 'a' } });
  const invalid = await send(admin, ['DELETE', `${configMaps}/a`], options({ propagationPolicy: 'Never' }));
  t.match(decode(invalid.bytes, statusMessage), { code: 422 });
  const other = await send(admin, ['DELETE', `${configMaps}/a`], options({}, 'ConfigMap'));
  t.match(decode(other.bytes, statusMessage), { code: 400, message: /cannot be converted to DeleteOptions/ });
  const broken = await send(admin, ['DELETE', `${configMaps}/a`], Buffer.from('k8s\0\x0a'));
  t.match(decode(broken.bytes, statusMessage), { code: 400, message: /DeleteOptions: unexpected EOF$/ });
  t.match(await send(admin, ['DELETE', configMaps], options({ propagationPolicy: 'Background' })), { status: 200 });
  t.match((await admin.get(configMaps)).json, { items: [] });
});

t.test('a body that cannot be read is refused in the form that the client accepts', async (t) => {
  const admin = await start(t);
  const start400 = 'the object provided is unrecognized (must be of type ConfigMap): ';
  const cases: [Buffer, string | RegExp][] = [
    [
      Buffer.from('{}'),
      `${start400}provided data does not appear to be a protobuf message, expected prefix [107 56 115 0] ({})`,
    ],
    [Buffer.alloc(0), `${start400}empty data (<empty>)`],
    [encode(named('a')).subarray(0, 12), /unexpected EOF/],
    [
      encode(named('a'), configMapMessage, { apiVersion: 'v1', kind: 'Secret' }),
      /^Secret in version "v1" cannot be handled as a ConfigMap: /,
    ],
    [
      encode(named('a'), configMapMessage, { apiVersion: 'v2', kind: 'ConfigMap' }),
      /^ConfigMap in version "v2" cannot be handled as a ConfigMap: /,
    ],
  ];
  for (const [body, expected] of cases) {
    const answer = await send(admin, ['POST', configMaps], body);
    t.equal(answer.status, 400);
    t.match(decode(answer.bytes, statusMessage), { code: 400, message: expected });
  }
  const invalid = await send(admin, ['POST', configMaps], encode(named('A')));
  t.match(decode(invalid.bytes, statusMessage), { code: 422, details: { causes: [{ field: 'metadata.name' }] } });
});

t.test('a kind without protobuf is answered in JSON, and its metadata in either', async (t) => {
  const admin = await start(t);
  await admin.send('POST', widgets, { body: newWidget('a') });
  for (const path of [`${widgets}/a`, widgets]) {
    t.equal((await admin.get(path, accept)).headers['content-type'], 'application/json');
    const only = await admin.get(path, { headers: { accept: mediaType } });
    t.match(only, { status: 406, headers: { 'content-type': mediaType } });
    t.match(decode(only.bytes, statusMessage), { message: /^only the following media types are accepted: / });
  }
  t.match(await send(admin, ['POST', widgets], encode(named('b'))), { status: 415 });
  const one = await admin.get(`${widgets}/a`, partial('PartialObjectMetadata'));
  t.match(decode(one.bytes, partialObjectMetadataMessage), { metadata: { name: 'a' } });
  const stream = await admin.get(`${widgets}?watch=1&timeoutSeconds=1`, partial('PartialObjectMetadata'));
  t.match(decodeFrames(stream.bytes, partialObjectMetadataMessage), [{ object: { metadata: { name: 'a' } } }]);
  const inJSON = await admin.watch(`${widgets}?watch=1`, accept);
  t.match(await inJSON.received(1), [{ type: 'ADDED', object: { metadata: { name: 'a' } } }]);
  inJSON.leave();
});

t.test('discovery is told in protobuf', async (t) => {
  const admin = await start(t);
  const aggregated = { headers: { accept: `${mediaType};g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList` } };
  const cases: [string, ProtobufMessage, { headers: { accept: string } }][] = [
    ['/api', apiVersionsMessage, accept],
    ['/apis', apiGroupListMessage, accept],
    ['/apis/test.example.com', apiGroupMessage, accept],
    ['/apis/test.example.com/v1', apiResourceListMessage, accept],
    ['/api/v1', apiResourceListMessage, accept],
    ['/apis', apiGroupDiscoveryListMessage, aggregated],
    ['/api', apiGroupDiscoveryListMessage, aggregated],
  ];
  for (const [path, table, request] of cases) {
    const answer = await admin.get(path, request);
    const [expected = ''] = request.headers.accept.split(',');
    t.match(answer, { status: 200, headers: { 'content-type': expected } }, path);
    const inJSON = await admin.get(path, {
      headers: { accept: request.headers.accept.replaceAll(mediaType, 'application/json') },
    });
    // Upstream's tag is that of the content in aggregated discovery; elsewhere other bytes have another tag, as strong tags must.
    const tags = [inJSON.headers.etag, answer.headers.etag];
    t.ok(
      tags.every((tag) => /^"[0-9A-F]+"$/.test(String(tag))),
      path,
    );
    t.equal(tags[0] === tags[1], request === aggregated, path);
    t.same(decode(answer.bytes, table), { apiVersion: '', ...(inJSON.json as object) }, path);
  }
});
