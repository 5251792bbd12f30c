import { connect } from 'node:http2';
import t from 'tap';
import type { APIAnswer, APIClient } from '../../../testing/api-client.ts';
import { type APIServerFixture, startAPIServer } from '../../../testing/api-server-fixture.ts';
import { ask } from '../../../testing/ask.ts';
import { eventually } from '../../../testing/eventually.ts';
import { openRawClient } from '../../../testing/raw-client.ts';
import { type Gadget, gadgetKind, newGadget, newWidget, type Widget } from '../../../testing/test-kinds.ts';

const group = '/apis/test.example.com/v1';
const widgets = `${group}/namespaces/n/widgets`;
const gadgets = `${group}/gadgets`;
const typeMeta = { apiVersion: 'test.example.com/v1', kind: 'Widget' };
const merge = { 'Content-Type': 'application/merge-patch+json' };
const jsonPatch = { 'Content-Type': 'application/json-patch+json' };
const yaml = { 'Content-Type': 'application/yaml' };

const status = (code: number, reason: string, message: string) => ({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  message,
  reason,
  code,
});

const badRequest = (message: string) => status(400, 'BadRequest', message);

/** The 422 of one faulty option. */
function invalidOptions(kind: string, cause: { reason: string; message: string; field: string }) {
  return {
    ...status(422, 'Invalid', `${kind}.meta.k8s.io "" is invalid: ${cause.field}: ${cause.message}`),
    details: { group: 'meta.k8s.io', kind, causes: [cause] },
  };
}

async function revisionOf({ storage }: APIServerFixture): Promise<number> {
  return storage.revision();
}

const create = (admin: APIClient, name: string, differences: Partial<Widget> = {}): Promise<APIAnswer> =>
  admin.send('POST', widgets, { body: newWidget(name, differences) });

t.test('create', async (t) => {
  const fixture = await startAPIServer(t);
  const { admin } = fixture;
  const answer = await create(admin, 'a');
  t.equal(answer.status, 201);
  t.match(
    answer.text,
    /^\{"kind":"Widget","apiVersion":"test\.example\.com\/v1","metadata":\{"name":"a","namespace":"n","uid":"/,
  );
  t.match(answer.json, { metadata: { resourceVersion: '2', generation: 1 }, spec: { size: 1, color: 'red' } });
  const again = await create(admin, 'a');
  t.equal(
    again.text,
    '{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"widgets.test.example.com \\"a\\" already exists","reason":"AlreadyExists","details":{"name":"a","group":"test.example.com","kind":"widgets"},"code":409}\n',
  );
  t.match(await admin.send('POST', widgets, { body: { metadata: { name: 'untold' }, spec: { size: 1 } } }), {
    status: 201,
    json: typeMeta,
  });
  t.match(await admin.send('POST', widgets, { body: { metadata: { generateName: 'gen-' }, spec: { size: 1 } } }), {
    status: 201,
    json: { metadata: { generateName: 'gen-', name: /^gen-[bcdfghjklmnpqrstvwxz2456789]{5}$/ } },
  });
  const elsewhere = { body: newWidget('x', { metadata: { namespace: 'other' } }) };
  t.strictSame(
    (await admin.send('POST', widgets, elsewhere)).json,
    badRequest('the namespace of the provided object does not match the namespace sent on the request'),
  );
  const { reason: _, ...unknown } = status(500, '', 'resourceVersion should not be set on objects to be created');
  const versioned = { body: newWidget('x', { metadata: { resourceVersion: '5' } }) };
  t.strictSame((await admin.send('POST', widgets, versioned)).json, unknown);
  const table = { headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' }, body: newWidget('t') };
  t.match((await admin.send('POST', widgets, table)).json, { kind: 'Table', rows: [{ cells: ['t', 1, 'red'] }] });
  const before = await revisionOf(fixture);
  const nothing = { headers: { accept: 'image/png' }, body: newWidget('p') };
  t.match(await admin.send('POST', widgets, nothing), { status: 406 });
  t.equal(await revisionOf(fixture), before, 'what cannot be answered is not done');
});

t.test('bodies that are no widget', async (t) => {
  const fixture = await startAPIServer(t);
  const { admin } = fixture;
  const unrecognized = (why: string) =>
    badRequest(`the object provided is unrecognized (must be of type Widget): ${why}`);
  const parse = (why: string) => unrecognized(`couldn't get version/kind; json parse error: ${why}`);
  const unhandled = (what: string, why: string) => badRequest(`${what} cannot be handled as a Widget: ${why}`);
  const registry = 'in scheme "pkg/runtime/scheme.go:111"';
  const table: readonly (readonly [string, object])[] = [
    [
      '{"apiVersion": "v1", "kind": "ConfigMap", ',
      parse('unexpected end of JSON input ({"apiVersion": "v1", "kind": " ...)'),
    ],
    ['hello', parse("invalid character 'h' looking for beginning of value (68656c6c6f)")],
    ['', parse('unexpected end of JSON input (<empty>)')],
    [
      '[]',
      parse(
        'json: cannot unmarshal array into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" } (5b5d)',
      ),
    ],
    [
      '{"apiVersion":"test.example.com/v2","kind":"Widget","metadata":{"name":"x"}}',
      unhandled(
        'Widget in version "v2"',
        `no kind "Widget" is registered for version "test.example.com/v2" ${registry}`,
      ),
    ],
    [
      '{"apiVersion":"foo/v1","kind":"Bar","metadata":{"name":"x"}}',
      unhandled('Bar in version "v1"', `no kind "Bar" is registered for version "foo/v1" ${registry}`),
    ],
    [
      '{"metadata":{"name":"x"},"spec":{"size":"big"}}',
      unhandled(
        'Widget in version "v1"',
        'json: cannot unmarshal string into Go struct field WidgetSpec.spec.size of type int32',
      ),
    ],
    [
      '{"metadata":{"name":1}}',
      unhandled(
        'Widget in version "v1"',
        'json: cannot unmarshal number into Go struct field ObjectMeta.metadata.name of type string',
      ),
    ],
  ];
  for (const [body, expected] of table) {
    const answer = await admin.send('POST', widgets, { body });
    t.strictSame(answer.json, expected, body);
    t.equal(answer.status, 400);
  }
  t.equal(await revisionOf(fixture), 1);
});

t.test('hostile bodies are a 4xx, never a 500', async (t) => {
  const fixture = await startAPIServer(t);
  const { admin, logger } = fixture;
  const deep = (open: string, close: string, depth: number) => `${open.repeat(depth)}1${close.repeat(depth)}`;
  const inside = (member: string) => `{"metadata":{"name":"x"},"spec":{"size":1,${member}}}`;
  const bodies: readonly string[] = [
    deep('[', ']', 100_000),
    deep('{"a":', '}', 100_000),
    inside(`"settings":${deep('{"a":', '}', 50_000)}`),
    inside(`"tags":${deep('[', ']', 50_000)}`),
    '{"__proto__":{"polluted":true},"metadata":{"name":"x"}}',
    '{"metadata":{"__proto__":{"name":"x"}}}',
    '{"constructor":{"prototype":{"polluted":true}}}',
    inside('"settings":{"__proto__":{"polluted":"yes"}}'),
    '{"metadata":null}',
    '{"metadata":[]}',
    '{"metadata":{"name":null}}',
    '{"metadata":{"labels":[]}}',
    '{"metadata":{"ownerReferences":[null]}}',
    '{"metadata":{"finalizers":[null]}}',
    '{"metadata":{"finalizers":{}}}',
    '{"metadata":{"managedFields":[1]}}',
    '{"metadata":{"name":"x"},"spec":[]}',
    inside('"size":1e400'),
    inside('"size":99999999999999999999'),
    inside('"size":1.5'),
    '{"kind":{},"apiVersion":[]}',
    '{"apiVersion":"a/b/c","kind":"Widget"}',
    '\u0000',
    '"\\ud800"',
    '{"metadata":{"name":"\\ud800"}}',
    'null',
    'true',
    '{"a":1}{"b":2}',
    '{"metadata":{"name":"x"},}',
    '\ufeff{}',
    '{"metadata":{"name":"x","labels":{"a":"\\u0000"}}}',
  ];
  const harmless = new Set(['{"metadata":{"name":"x"},"spec":null}', inside('"settings":{"__proto__":"just a word"}')]);
  for (const body of [...bodies, ...harmless]) {
    const { status: code, json } = await admin.send('POST', `${widgets}?dryRun=All&fieldValidation=Strict`, { body });
    if (harmless.has(body)) t.equal(code, 201, body);
    else t.match([code, json], [/^4(00|13|22)$/, { kind: 'Status', code }], `${code}: ${body.slice(0, 60)}`);
  }
  for (const body of [Buffer.from([0xff, 0xfe, 0x00]), Buffer.from('{"metadata":{"name":"\xff"}}', 'latin1')]) {
    t.match(await admin.send('POST', widgets, { body }), { status: /4../ }, 'bytes that are no text');
  }
  const bombs = [
    'a: &a [x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e]\ng: &g [*f,*f,*f,*f,*f,*f,*f,*f,*f]\nh: &h [*g,*g,*g,*g,*g,*g,*g,*g,*g]\n',
    'a: &a\n  b: *a\n',
    `${'- '.repeat(20_000)}x`,
    '? {a: b}\n: c\n',
    'a: [\n',
    '!!js/function "x"',
    '--- a\n--- b\n',
    '\t',
  ];
  for (const body of bombs) {
    const { status: code } = await admin.send('POST', widgets, { headers: yaml, body });
    t.ok([400, 413, 422].includes(code), `${code}: ${JSON.stringify(body.slice(0, 40))}`);
  }
  for (const [headers, body] of [
    [merge, deep('{"a":', '}', 50_000)],
    [merge, '{"__proto__":{"polluted":true}}'],
    [jsonPatch, `[{"op":"add","path":"/spec/settings","value":${deep('{"a":', '}', 50_000)}}]`],
    [jsonPatch, '[{"op":"add","path":"/__proto__/polluted","value":true}]'],
    [jsonPatch, '[null]'],
    [jsonPatch, '[{"op":"copy","from":"","path":"/spec/settings/x"}]'],
  ] as const) {
    await create(admin, 'target');
    const { status: code } = await admin.send('PATCH', `${widgets}/target`, { headers, body });
    t.ok(code < 500, `${code}: ${body.slice(0, 60)}`);
  }
  t.notOk('polluted' in {}, 'no prototype was changed');
  t.same(logger.lines, [], 'and nothing of it was a bug');
});

t.test('members that a kind does not know', async (t) => {
  const { admin } = await startAPIServer(t);
  const body = `{"metadata":{"name":"s","nope":1},"spec":{"size":1,"size":2,"extra":{}},"dataa":{}}`;
  const send = (query: string) => admin.send('POST', `${widgets}?dryRun=All${query}`, { body });
  const faults = [
    'unknown field "metadata.nope"',
    'unknown field "spec.extra"',
    'unknown field "dataa"',
    'duplicate field "spec.size"',
  ];
  for (const query of ['', '&fieldValidation=Warn', '&fieldValidation=']) {
    const answer = await send(query);
    t.equal(answer.status, 201);
    t.same(new Set(answer.warnings), new Set(faults.map((text) => `299 - "${text.replaceAll('"', '\\"')}"`)), query);
    t.match(answer.json, { spec: { size: 2 } });
    t.notOk('dataa' in (answer.json as object), 'and are dropped');
  }
  const ignored = await send('&fieldValidation=Ignore');
  t.same([ignored.status, ignored.warnings], [201, []]);
  const strict = await send('&fieldValidation=Strict');
  t.equal(strict.status, 400);
  const { message = '' } = strict.json as { message?: string };
  t.match(message, /^Widget in version "v1" cannot be handled as a Widget: strict decoding error: unknown field "/);
  for (const fault of faults) t.ok(message.includes(fault), fault);
  const duplicate = '{"metadata":{"name":"s"},"spec":{"size":1,"settings":{"a":"1","a":"2"}}}';
  t.strictSame(
    (await admin.send('POST', `${widgets}?fieldValidation=Strict`, { body: duplicate })).json,
    badRequest(
      'Widget in version "v1" cannot be handled as a Widget: strict decoding error: duplicate field "spec.settings.a"',
    ),
  );
  const doubled = 'metadata:\n  name: s\nspec:\n  size: 1\n  size: 2\n';
  const warnings = (await admin.send('POST', `${widgets}?dryRun=All`, { headers: yaml, body: doubled })).warnings;
  t.same(warnings, ['299 - "line 5: key \\"size\\" already set in map"']);
  const green = await create(admin, 'green', { spec: { size: 1, color: 'green' } });
  t.same(green.warnings, ['299 - "spec.color: green is going out of fashion"'], 'the kind may warn too');
});

t.test('options that are none', async (t) => {
  const fixture = await startAPIServer(t);
  const { admin } = fixture;
  await create(admin, 'a');
  const before = await revisionOf(fixture);
  const supported = (values: string) => `supported values: ${values}`;
  const dryRun = {
    reason: 'FieldValueNotSupported',
    message: `Unsupported value: ["Some"]: ${supported('"All"')}`,
    field: 'dryRun',
  };
  const validation = {
    reason: 'FieldValueNotSupported',
    message: `Unsupported value: "Maybe": ${supported('"", "Ignore", "Strict", "Warn"')}`,
    field: 'fieldValidation',
  };
  const manager = {
    reason: 'FieldValueTooLong',
    message: 'Too long: may not be more than 128 bytes',
    field: 'fieldManager',
  };
  const force = {
    reason: 'FieldValueForbidden',
    message: 'Forbidden: may not be specified for non-apply patch',
    field: 'force',
  };
  const query = {
    'dryRun=Some': dryRun,
    'fieldValidation=Maybe': validation,
    [`fieldManager=${'m'.repeat(129)}`]: manager,
  };
  for (const [text, cause] of Object.entries(query)) {
    const body = newWidget('a', { spec: { size: 2 } });
    const post = await admin.send('POST', `${widgets}?${text}`, { body });
    t.strictSame(post.json, invalidOptions('CreateOptions', cause));
    t.equal(post.status, 422);
    t.strictSame(
      (await admin.send('PUT', `${widgets}/a?${text}`, { body })).json,
      invalidOptions('UpdateOptions', cause),
    );
    const patched = await admin.send('PATCH', `${widgets}/a?${text}`, { headers: merge, body: {} });
    t.strictSame(patched.json, invalidOptions('PatchOptions', cause));
  }
  const forced = await admin.send('PATCH', `${widgets}/a?force=true`, { headers: merge, body: {} });
  t.strictSame(forced.json, invalidOptions('PatchOptions', force));
  const removed = await admin.send('DELETE', `${widgets}/a?dryRun=Some`);
  t.strictSame(removed.json, invalidOptions('DeleteOptions', dryRun));
  t.equal(await revisionOf(fixture), before);
});

t.test('media types of bodies', async (t) => {
  const { admin } = await startAPIServer(t);
  const send = (contentType: string, body: unknown) =>
    admin.send('POST', widgets, { headers: { 'Content-Type': contentType }, body });
  const created = await send('application/yaml', 'metadata:\n  name: from-yaml\nspec:\n  size: 7\n');
  t.match(created, { status: 201, json: { metadata: { name: 'from-yaml' }, spec: { size: 7 } } });
  t.match(await send('application/json; charset=utf-8', newWidget('b')), { status: 201 });
  t.match(await send('Application/JSON', newWidget('c')), { status: 201 });
  const unsupported = status(
    415,
    'UnsupportedMediaType',
    'the body of the request was in an unknown format - accepted media types include: application/json, application/yaml',
  );
  for (const type of ['text/plain', 'application/xml', 'application/vnd.kubernetes.protobuf', 'nonsense']) {
    t.strictSame((await send(type, newWidget('d'))).json, unsupported, type);
  }
  t.strictSame(
    (await send('application/yaml', 'a: [\n')).json,
    badRequest(
      'the object provided is unrecognized (must be of type Widget): yaml: line 1: did not find expected node content (613a205b0a)',
    ),
  );
  t.strictSame(
    (await send('application/yaml', 'metadata:\n  name: y\n')).json,
    badRequest(
      'Widget in version "v1" cannot be handled as a Widget: json: cannot unmarshal bool into Go struct field ObjectMeta.metadata.name of type string',
    ),
  );
});

t.test('put', async (t) => {
  const fixture = await startAPIServer(t);
  const { admin } = fixture;
  const created = (await create(admin, 'a')).json as { metadata: { uid: string } };
  const put = (body: object, query = '') => admin.send('PUT', `${widgets}/a${query}`, { body });
  const two = { ...typeMeta, metadata: { name: 'a', labels: { app: 'one' } }, spec: { size: 2 } };
  const updated = await put(two);
  t.match(updated, {
    status: 200,
    json: {
      metadata: { resourceVersion: '3', generation: 2, labels: { app: 'one' } },
      spec: { size: 2, color: 'red' },
    },
  });
  t.match(await put(two), { status: 200, json: { metadata: { resourceVersion: '3' } } }, 'unchanged');
  const conflict = 'the object has been modified; please apply your changes to the latest version and try again';
  t.strictSame((await put({ ...two, metadata: { name: 'a', resourceVersion: '1' } })).json, {
    ...status(409, 'Conflict', `Operation cannot be fulfilled on widgets.test.example.com "a": ${conflict}`),
    details: { name: 'a', group: 'test.example.com', kind: 'widgets' },
  });
  const zero = '00000000-0000-0000-0000-000000000000';
  t.match(await put({ ...two, metadata: { name: 'a', uid: zero } }), {
    status: 409,
    json: {
      message: `Operation cannot be fulfilled on widgets.test.example.com "a": StorageError: invalid object, Code: 4, Key: /registry/test.example.com/widgets/n/a, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${zero}, UID in object meta: ${created.metadata.uid}`,
    },
  });
  t.strictSame(
    (await put({ ...two, metadata: { name: 'b' } })).json,
    badRequest('the name of the object (b) does not match the name on the URL (a)'),
  );
  t.strictSame(
    (await put({ ...two, metadata: {} })).json,
    badRequest('the name of the object (a based on URL) was undeterminable: name must be provided'),
  );
  t.strictSame(
    (await put({ ...two, metadata: { name: 'a', namespace: 'other' } })).json,
    badRequest('the namespace of the provided object does not match the namespace sent on the request'),
  );
  t.match(await put({ ...two, spec: { size: 1 } }), { status: 422, json: { reason: 'Invalid' } });
  t.match(await admin.send('PUT', `${widgets}/none`, { body: newWidget('none') }), { status: 404 });
  t.match(await put({ ...two, spec: { size: 3 } }, '?dryRun=All'), { status: 200, json: { spec: { size: 3 } } });
  t.match((await admin.get(`${widgets}/a`)).json, { metadata: { resourceVersion: '3' }, spec: { size: 2 } });
  const states = { ...two, spec: { size: 9 }, status: { phase: 'Ready' } };
  t.match((await put(states)).json, { spec: { size: 9 } });
  t.notOk('status' in ((await admin.get(`${widgets}/a`)).json as object), 'status has a path of its own');
  const phase = await admin.send('PUT', `${widgets}/a/status`, { body: { ...states, spec: { size: 50 } } });
  t.match(phase, { status: 200, json: { spec: { size: 9 }, status: { phase: 'Ready' } } });
});

t.test('put creates where the kind allows that', async (t) => {
  const { admin } = await startAPIServer(t, {
    prepare(server) {
      const kind = {
        ...gadgetKind,
        kind: 'Willing',
        plural: 'willings',
        singular: 'willing',
        allowCreateOnUpdate: true,
      };
      server.install<Gadget>(kind, { groupPriorityMinimum: 1, versionPriority: 1 });
    },
  });
  const put = (name: string) =>
    admin.send('PUT', `${group}/willings/${name}`, { body: { metadata: { name }, data: { a: 'b' } } });
  t.match(await put('x'), { status: 201, json: { kind: 'Willing', metadata: { resourceVersion: '2' } } });
  t.match(await put('x'), { status: 200, json: { metadata: { resourceVersion: '2' } } });
  t.match(await put('Bad_Name'), { status: 422 });
});

t.test('what creates an object needs the right to create it, whatever it is called', async (t) => {
  const { admin, newClient } = await startAPIServer(t, {
    authorizer: {
      authorize: ({ user, info }) => ({
        verdict: user.name === 'alice' && info.verb !== 'create' ? 'allow' : 'no-opinion',
        reason: '',
      }),
    },
    prepare(server) {
      const kind = {
        ...gadgetKind,
        kind: 'Willing',
        plural: 'willings',
        singular: 'willing',
        allowCreateOnUpdate: true,
      };
      server.install<Gadget>(kind, { groupPriorityMinimum: 1, versionPriority: 1 });
    },
  });
  const alice = newClient({ token: 'alice-token' });
  const body = { apiVersion: 'test.example.com/v1', kind: 'Willing', metadata: { name: 'x' }, data: { a: 'b' } };
  const path = `${group}/willings/x`;
  const apply = { headers: { 'Content-Type': 'application/apply-patch+yaml' }, body };
  const forbidden = {
    ...status(
      403,
      'Forbidden',
      'willings.test.example.com "x" is forbidden: User "alice" cannot create resource "willings" in API group "test.example.com" at the cluster scope',
    ),
    details: { name: 'x', group: 'test.example.com', kind: 'willings' },
  };
  t.strictSame((await alice.send('PUT', path, { body })).json, forbidden);
  t.strictSame((await alice.send('PATCH', `${path}?fieldManager=m`, apply)).json, forbidden);
  t.equal((await admin.send('PUT', path, { body })).status, 201);
  t.equal(
    (await alice.send('PUT', path, { body: { ...body, data: { a: 'c' } } })).status,
    200,
    'what is there she may change',
  );
  t.equal((await alice.send('PATCH', `${path}?fieldManager=m&force=true`, apply)).status, 200);
});

t.test('patch', async (t) => {
  const { admin } = await startAPIServer(t);
  await create(admin, 'a', { metadata: { labels: { app: 'one' } }, spec: { size: 2, settings: { a: '2' } } });
  const patch = (headers: Record<string, string>, body: unknown, query = '') =>
    admin.send('PATCH', `${widgets}/a${query}`, { headers, body });
  const operations = [
    { op: 'test', path: '/spec/settings/a', value: '2' },
    { op: 'add', path: '/spec/settings/b', value: 'x' },
    { op: 'replace', path: '/metadata/labels/app', value: 'patched' },
    { op: 'copy', from: '/spec/settings/b', path: '/spec/settings/c' },
    { op: 'move', from: '/spec/settings/c', path: '/spec/settings/d' },
  ];
  t.match(await patch(jsonPatch, operations), {
    status: 200,
    json: { metadata: { labels: { app: 'patched' } }, spec: { settings: { a: '2', b: 'x', d: 'x' } } },
  });
  const rejected = {
    ...status(422, 'Invalid', 'the server rejected our request due to an error in our request'),
    details: {},
  };
  t.strictSame((await patch(jsonPatch, [{ op: 'remove', path: '/spec/none' }])).json, rejected);
  t.strictSame((await patch(jsonPatch, [{ op: 'frob', path: '/spec' }])).json, rejected);
  t.strictSame((await patch(jsonPatch, [{ op: 'test', path: '/spec/size', value: 9 }])).json, rejected);
  t.strictSame(
    (await patch(jsonPatch, { a: 1 })).json,
    badRequest('error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp'),
  );
  t.strictSame(
    (await patch(jsonPatch, [{ op: 'replace', path: '/metadata/name', value: 'z' }])).json,
    badRequest('the name of the object (z) does not match the name on the URL (a)'),
  );
  t.strictSame(
    (await patch(merge, { metadata: { namespace: 'other' } })).json,
    badRequest('the namespace of the object (other) does not match the namespace on the request (n)'),
  );
  const merged = await patch(merge, { spec: { settings: { b: null, e: '5' } }, metadata: { annotations: { n: 'v' } } });
  t.match(merged.json, { spec: { settings: { a: '2', d: 'x', e: '5' } }, metadata: { annotations: { n: 'v' } } });
  const { resourceVersion } = (merged.json as Widget).metadata;
  t.match(
    (await patch(merge, { spec: { settings: { e: '5' } } })).json,
    { metadata: { resourceVersion } },
    'no change',
  );
  t.match(await patch(merge, { metadata: { resourceVersion: '1' }, spec: { size: 6 } }), {
    status: 409,
    json: { message: /the object has been modified/ },
  });
  const uid = 'Invalid value: "x": field is immutable';
  const cause = { reason: 'FieldValueInvalid', message: uid, field: 'metadata.uid' };
  t.strictSame((await patch(merge, { metadata: { uid: 'x', creationTimestamp: null } })).json, {
    ...status(422, 'Invalid', `Widget.test.example.com "a" is invalid: metadata.uid: ${uid}`),
    details: { name: 'a', group: 'test.example.com', kind: 'Widget', causes: [cause, cause] },
  });
  t.match(await admin.send('PATCH', `${widgets}/missing`, { headers: merge, body: {} }), { status: 404 });
  t.match(await patch(merge, { spec: { color: 'pink' } }), { status: 422 });
  t.match((await patch(merge, { spec: { size: 7 } }, '?dryRun=All')).json, {
    spec: { size: 7 },
    metadata: { resourceVersion },
  });
  t.match((await admin.get(`${widgets}/a`)).json, { spec: { size: 2 }, metadata: { resourceVersion } });
  const unknown = await patch(merge, { spec: { nope: 1 } });
  t.same(unknown.warnings, ['299 - "unknown field \\"spec.nope\\""']);
  t.match(await patch(merge, { foo: 1 }, '?fieldValidation=Strict'), {
    status: 422,
    json: { message: /^ "" is invalid: patch: Invalid value: "\{.*\}": strict decoding error: unknown field "foo"$/ },
  });
  t.match(await patch(merge, 'nonsense'), { status: 400, json: { reason: 'BadRequest' } });
  const typed = { ...status(415, 'UnsupportedMediaType', '415: Unsupported Media Type'), details: {} };
  for (const type of ['application/json', 'application/merge-patch+yaml', 'text/plain']) {
    t.strictSame((await patch({ 'Content-Type': type }, {})).json, typed, type);
  }
  const phase = await admin.send('PATCH', `${widgets}/a/status`, {
    headers: { 'Content-Type': 'application/merge-patch+json; charset=utf-8' },
    body: { spec: { size: 99 }, status: { phase: 'Ready' } },
  });
  t.match(phase.json, { spec: { size: 2 }, status: { phase: 'Ready' } });
});

t.test('patches that race', async (t) => {
  const { admin, newClient } = await startAPIServer(t);
  await admin.send('POST', gadgets, { body: newGadget('a', { data: {} }) });
  const patches = Array.from({ length: 30 }, (_, at) =>
    newClient({ token: 'admin-token' }).send('PATCH', `${gadgets}/a`, {
      headers: merge,
      body: { data: { [`k${at}`]: 'v' } },
    }),
  );
  t.same(new Set((await Promise.all(patches)).map(({ status: code }) => code)), new Set([200]));
  const { data } = (await admin.get(`${gadgets}/a`)).json as Gadget;
  t.equal(Object.keys(data ?? {}).length, 30, 'all of them count');
});

t.test('delete', async (t) => {
  const fixture = await startAPIServer(t);
  const { admin } = fixture;
  const created = (await create(admin, 'b')).json as { metadata: { uid: string; resourceVersion: string } };
  const { uid, resourceVersion } = created.metadata;
  const remove = (body?: unknown, query = '') =>
    admin.send('DELETE', `${widgets}/b${query}`, body === undefined ? {} : { body });
  const options = { kind: 'DeleteOptions', apiVersion: 'v1' };
  const policy = {
    reason: 'FieldValueNotSupported',
    message: 'Unsupported value: "Nope": supported values: "Foreground", "Background", "Orphan", "nil"',
    field: 'propagationPolicy',
  };
  t.strictSame((await remove({ ...options, propagationPolicy: 'Nope' })).json, invalidOptions('DeleteOptions', policy));
  const conflict = (why: string) => ({
    ...status(409, 'Conflict', `Operation cannot be fulfilled on Widget.test.example.com "b": ${why}`),
    details: { name: 'b', group: 'test.example.com', kind: 'Widget' },
  });
  t.strictSame(
    (await remove({ ...options, preconditions: { uid: 'x' } })).json,
    conflict(
      `the UID in the precondition (x) does not match the UID in record (${uid}). The object might have been deleted and then recreated`,
    ),
  );
  t.strictSame(
    (await remove({ preconditions: { resourceVersion: '1' } })).json,
    conflict(
      `the ResourceVersion in the precondition (1) does not match the ResourceVersion in record (${resourceVersion}). The object might have been modified`,
    ),
  );
  const success = {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: { name: 'b', group: 'test.example.com', kind: 'widgets', uid },
  };
  t.strictSame((await remove(undefined, '?dryRun=All')).json, success);
  t.strictSame((await remove({ dryRun: ['All'] })).json, success);
  t.equal((await admin.get(`${widgets}/b`)).status, 200, 'a dry run changes nothing');
  for (const body of [
    'nonsense',
    '[]',
    '{"dryRun":"All"}',
    '{"gracePeriodSeconds":"x"}',
    '{"preconditions":[]}',
    '{"preconditions":{"uid":1}}',
  ]) {
    t.match(await remove(body), { status: 400, json: { reason: 'BadRequest' } }, body);
  }
  t.match(await remove({ kind: 'Widget' }), {
    status: 400,
    json: { message: /^decoded object cannot be converted to DeleteOptions/ },
  });
  t.match(await remove(undefined, '?gracePeriodSeconds=x'), { status: 400 });
  t.match(await admin.send('DELETE', `${widgets}/b`, { headers: { 'Content-Type': 'text/plain' }, body: 'x' }), {
    status: 415,
  });
  for (const accept of ['image/png', 'application/json;as=Unknown;v=v1;g=x']) {
    t.match(await admin.send('DELETE', `${widgets}/b`, { headers: { accept } }), { status: 406 }, accept);
  }
  t.equal((await admin.get(`${widgets}/b`)).status, 200);
  const preconditions = { uid, resourceVersion };
  t.strictSame((await remove({ preconditions, propagationPolicy: 'Background', gracePeriodSeconds: 0 })).json, success);
  t.match(await remove(), { status: 404, json: { message: 'widgets.test.example.com "b" not found' } });
  await create(admin, 'y');
  const inYAML = { headers: yaml, body: 'kind: DeleteOptions\npreconditions:\n  uid: nope\n' };
  t.match(await admin.send('DELETE', `${widgets}/y`, inYAML), { status: 409 });
  const strangers = ['{"kind":{"toString":1}}', '{"kind":[null]}'];
  for (const body of strangers) t.match(await admin.send('DELETE', `${widgets}/y`, { body }), { status: 400 });
  // What merely begins like JSON takes as long to read as any YAML.
  const slow = { headers: yaml, body: `{a: [${'x,'.repeat(300_000)}]}` };
  const applied = { ...slow, headers: { 'Content-Type': 'application/apply-patch+yaml' } };
  t.match(await admin.send('DELETE', `${widgets}/y`, slow), { status: 413 });
  t.match(await admin.send('PATCH', `${widgets}/y?fieldManager=m`, applied), { status: 413 });
});

t.test('finalizers over HTTP', async (t) => {
  const { admin } = await startAPIServer(t);
  await create(admin, 'fin', { metadata: { finalizers: ['example.com/f'] } });
  const path = `${widgets}/fin`;
  const dying = {
    deletionTimestamp: /Z$/,
    deletionGracePeriodSeconds: 0,
    finalizers: ['example.com/f'],
    resourceVersion: '3',
  };
  t.match(await admin.send('DELETE', path), { status: 200, json: { kind: 'Widget', metadata: dying } });
  t.match(await admin.send('DELETE', path), { status: 200, json: { kind: 'Widget', metadata: dying } }, 'again');
  const why =
    'Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"example.com/g"}';
  const cause = { reason: 'FieldValueForbidden', message: why, field: 'metadata.finalizers' };
  const added = await admin.send('PATCH', path, {
    headers: merge,
    body: { metadata: { finalizers: ['example.com/f', 'example.com/g'] } },
  });
  t.strictSame(added.json, {
    ...status(422, 'Invalid', `Widget.test.example.com "fin" is invalid: metadata.finalizers: ${why}`),
    details: { name: 'fin', group: 'test.example.com', kind: 'Widget', causes: [cause, cause] },
  });
  const last = await admin.send('PATCH', path, { headers: merge, body: { metadata: { finalizers: null } } });
  t.match(last, { status: 200, json: { metadata: { resourceVersion: '3', deletionGracePeriodSeconds: 0 } } });
  t.notOk('finalizers' in (last.json as Widget).metadata);
  t.match(await admin.get(path), { status: 404, json: { message: 'widgets.test.example.com "fin" not found' } });
});

t.test('delete a collection', async (t) => {
  const fixture = await startAPIServer(t);
  const { admin } = fixture;
  for (const name of ['a', 'b', 'c', 'd']) {
    await create(admin, name, { metadata: { labels: name < 'c' ? { app: 'x' } : {} } });
  }
  await create(admin, 'held', { metadata: { labels: { app: 'x' }, finalizers: ['example.com/f'] } });
  await admin.send('POST', `${group}/namespaces/m/widgets`, {
    body: newWidget('a', { metadata: { labels: { app: 'x' } } }),
  });
  const before = await revisionOf(fixture);
  const names = ({ json }: APIAnswer) => (json as { items: Widget[] }).items.map(({ metadata }) => metadata.name);
  t.same(names(await admin.send('DELETE', `${widgets}?dryRun=All`)), ['a', 'b', 'c', 'd', 'held']);
  t.equal(await revisionOf(fixture), before);
  const removed = await admin.send('DELETE', `${widgets}?labelSelector=app`);
  t.match(removed, {
    status: 200,
    json: { kind: 'WidgetList', apiVersion: 'test.example.com/v1', metadata: { resourceVersion: String(before) } },
  });
  t.same(names(removed), ['a', 'b', 'held'], 'what was found');
  t.same(names(await admin.get(widgets)), ['c', 'd', 'held'], 'one still waits for its finalizer');
  t.same(names(await admin.send('DELETE', `${widgets}?limit=1`)), ['c'], 'a page');
  t.same(names(await admin.send('DELETE', widgets, { body: { dryRun: ['All'] } })), ['d', 'held']);
  t.match(await admin.send('DELETE', `${widgets}?fieldSelector=nope%3D1`), { status: 400 });
  t.match(await admin.send('DELETE', widgets, { body: '[' }), { status: 400 });
  t.same(names(await admin.send('DELETE', `${widgets}?fieldSelector=metadata.name%3Dd`)), ['d']);
  t.same(names(await admin.get(`${group}/widgets`)), ['a', 'held'], 'other namespaces are not touched');
});

t.test('bodies that are too large', async (t) => {
  const fixture = await startAPIServer(t);
  const { admin, port, authority } = fixture;
  const refusal = status(413, 'RequestEntityTooLarge', 'Request entity too large: limit is 3145728');
  const body = JSON.stringify(newGadget('big', { data: { x: 'x'.repeat(3_200_000) } }));
  for (const [method, path, headers] of [
    ['POST', gadgets, {}],
    ['PUT', `${gadgets}/big`, {}],
    ['PATCH', `${gadgets}/big`, merge],
    ['DELETE', `${gadgets}/big`, {}],
  ] as const) {
    const answer = await admin.send(method, path, { headers, body });
    t.strictSame(answer.json, refusal, method);
    t.equal(answer.headers['connection'], 'close');
  }
  const fits = JSON.stringify(newGadget('fits', { data: { x: 'x'.repeat(3_000_000) } }));
  t.match(await admin.send('POST', gadgets, { body: fits }), { status: 201 }, 'up to three megabytes');
  const chunked = await openRawClient({ port, ca: authority.caPEM });
  const head = 'Host: localhost\r\nAuthorization: Bearer admin-token\r\n';
  chunked.send(`POST ${gadgets} HTTP/1.1\r\n${head}Transfer-Encoding: chunked\r\n\r\n`);
  const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
  for (let at = 0; at < 60; at++) chunked.send(chunk);
  chunked.send('0\r\n\r\n');
  const text = await chunked.closed;
  t.match(text, /^HTTP\/1\.1 413 /);
  t.ok(text.includes('limit is 3145728'), 'without a length too');
  const small = await openRawClient({ port, ca: authority.caPEM });
  small.send(`POST ${gadgets} HTTP/1.1\r\n${head}Transfer-Encoding: chunked\r\n\r\n`);
  small.send('1f\r\n{"metadata":{"name":"chunked"}}\r\n');
  small.send('0\r\n\r\n');
  t.match(await small.until('}\n'), /^HTTP\/1\.1 201 /);
  small.send(`GET ${gadgets}/chunked HTTP/1.1\r\n${head}\r\n`);
  t.match(await small.until(/HTTP\/1\.1 200 [^]*\}\n$/), /"name":"chunked"/, 'the connection goes on');
  small.socket.destroy();
  const lines = ['authorization', 'Bearer admin-token'];
  const question = { port, ca: authority.caPEM, protocol: 'h2', method: 'POST', path: gadgets, lines } as const;
  const overHTTP2 = await ask({ ...question, body });
  t.strictSame([overHTTP2.status, JSON.parse(overHTTP2.body.toString())], [413, refusal]);
});

t.test('a body over HTTP/2 that never ends is cut, and the connection goes on', async (t) => {
  const { port, authority } = await startAPIServer(t);
  const session = connect(`https://localhost:${port}`, { ca: authority.caPEM });
  t.teardown(() => session.destroy());
  const headers = { authorization: 'Bearer admin-token' };
  const endless = session.request({ ...headers, ':method': 'POST', ':path': gadgets });
  let code: unknown;
  endless
    .on('response', (head) => (code = head[':status']))
    .on('error', () => undefined)
    .resume();
  const block = Buffer.alloc(1 << 16);
  const pump = (): void => {
    while (!endless.closed && endless.write(block));
  };
  endless.on('drain', pump);
  pump();
  await eventually('the refusal', () => code === 413);
  await eventually('the cut', () => endless.closed);
  const next = session.request({ ...headers, ':path': gadgets });
  next.resume();
  t.equal(await new Promise((resolve) => next.once('response', (head) => resolve(head[':status']))), 200);
});

t.test('a body that breaks off', async (t) => {
  const fixture = await startAPIServer(t);
  const { port, authority, admin, logger } = fixture;
  const raw = await openRawClient({ port, ca: authority.caPEM });
  raw.send(
    `POST ${gadgets} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer admin-token\r\nContent-Length: 100\r\n\r\n{"metadata":`,
  );
  await admin.get('/healthz');
  raw.socket.destroy();
  await raw.closed;
  t.equal((await admin.get(gadgets)).status, 200);
  t.equal(await revisionOf(fixture), 1, 'is not half an object');
  t.same(logger.lines, []);
});

t.test('a client that waits for permission to send its body gets it, unless it is refused', async (t) => {
  const { port, authority } = await startAPIServer(t);
  const head = 'Host: x\r\nAuthorization: Bearer admin-token\r\nExpect: 100-continue\r\n';
  const welcome = await openRawClient({ port, ca: authority.caPEM });
  welcome.send(`POST ${gadgets} HTTP/1.1\r\n${head}Content-Length: 25\r\n\r\n`);
  await welcome.until('HTTP/1.1 100 Continue\r\n\r\n');
  welcome.send('{"metadata":{"name":"e"}}');
  t.match(await welcome.until('}\n'), /HTTP\/1\.1 201 Created\r\n/);
  welcome.socket.destroy();
  for (const [lines, code] of [
    [head.replace('admin-token', 'wrong'), 401],
    [`${head}Content-Length: 9999999\r\n`, 413],
  ] as const) {
    const refused = await openRawClient({ port, ca: authority.caPEM });
    refused.send(`POST ${gadgets} HTTP/1.1\r\n${lines}${code === 413 ? '' : 'Content-Length: 25\r\n'}\r\n`);
    t.match(await refused.until('}\n'), new RegExp(`^HTTP/1\\.1 ${code} `), 'without a 100');
    refused.socket.destroy();
  }
});

t.test('and so over HTTP/2', async (t) => {
  const { port, authority } = await startAPIServer(t);
  const session = connect(`https://localhost:${port}`, { ca: authority.caPEM });
  t.teardown(() => session.destroy());
  const send = (authorization: string): Promise<{ continued: boolean; status: unknown }> =>
    new Promise((resolve) => {
      let continued = false;
      const headers = { ':method': 'POST', ':path': gadgets, authorization, expect: '100-continue' };
      const stream = session.request(headers);
      stream.on('continue', () => {
        continued = true;
        stream.end('{"metadata":{"name":"e"}}');
      });
      stream.on('response', (response) => {
        resolve({ continued, status: response[':status'] });
        stream.close();
      });
      stream.resume();
    });
  t.strictSame(await send('Bearer admin-token'), { continued: true, status: 201 });
  t.strictSame(await send('Bearer wrong'), { continued: false, status: 401 });
});
