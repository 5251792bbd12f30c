import t from 'tap';
import { isStatusError } from '../errors/status-error.ts';
import { loadCodec } from '../protobuf/load-codec.ts';
import { list, mapOf, message, optional } from '../protobuf/message.ts';
import { objectMetaMessage } from '../protobuf/object-meta-messages.ts';
import type { Schema } from '../schema/schema.ts';
import { type DecodeRequest, decodeObject } from './decode-object.ts';

const schema: Schema = {
  $id: 'io.k8s.api.core.v1.ConfigMap',
  type: 'object',
  properties: {
    immutable: { type: 'boolean', nullable: true },
    data: { type: 'object', additionalProperties: { type: 'string' } },
    spec: { type: 'object', properties: { list: { type: 'array', items: { type: 'object', properties: {} } } } },
  },
};

function request(body: string | Uint8Array, more: Partial<DecodeRequest> = {}): DecodeRequest {
  return {
    body: typeof body === 'string' ? Buffer.from(body) : body,
    mediaType: 'application/json',
    expected: { group: '', version: 'v1', kind: 'ConfigMap' },
    schema,
    fieldValidation: 'Warn',
    ...more,
  };
}

async function failure(decoding: DecodeRequest): Promise<string> {
  try {
    await decodeObject(decoding);
    return 'accepted';
  } catch (error) {
    if (!isStatusError(error)) throw error;
    return `${error.code} ${error.status.reason}: ${error.message}`;
  }
}

t.test('a body becomes an object, in the order in which Go writes it', async (t) => {
  const bodies = [
    '{"data":{"b":"2","a":"1"},"metadata":{"name":"x"},"kind":"ConfigMap","apiVersion":"v1"}',
    '{"metadata":{"name":"x"},"data":{"a":"1","b":"2"}}',
    '{"kind":"ConfigMap","metadata":{"name":"x"},"data":{"a":"1","b":"2"}}',
    '{"apiVersion":null,"kind":"","metadata":{"name":"x"},"data":{"a":"1","b":"2"}}',
  ];
  for (const body of bodies) {
    const { object, warnings } = await decodeObject(request(body));
    t.equal(
      JSON.stringify(object),
      '{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"x"},"data":{"a":"1","b":"2"}}',
      body,
    );
    t.same(warnings, []);
  }
  const { object } = await decodeObject(request('null'));
  t.same(object, { kind: 'ConfigMap', apiVersion: 'v1', metadata: {} });
});

t.test('a body that cannot be read is refused in upstream words', async (t) => {
  const unrecognized = 'the object provided is unrecognized (must be of type ConfigMap): ';
  const parse = `${unrecognized}couldn't get version/kind; json parse error: `;
  const handled = 'cannot be handled as a ConfigMap: ';
  const goStruct =
    'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';
  const cases: [string | Uint8Array, string][] = [
    [
      '{"apiVersion": "v1", "kind": "ConfigMap", ',
      `${parse}unexpected end of JSON input ({"apiVersion": "v1", "kind": " ...)`,
    ],
    ['hello', `${parse}invalid character 'h' looking for beginning of value (68656c6c6f)`],
    ['', `${parse}unexpected end of JSON input (<empty>)`],
    ['[]', `${parse}json: cannot unmarshal array into Go value of type ${goStruct} (5b5d)`],
    ['"x"', `${parse}json: cannot unmarshal string into Go value of type ${goStruct} (227822)`],
    ['5', `${parse}json: cannot unmarshal number into Go value of type ${goStruct} (35)`],
    ['{"kind":5}', `${parse}json: cannot unmarshal number into Go struct field .kind of type string ({"kind":5})`],
    [Uint8Array.of(0x22, 0xff, 0x22), `${parse}invalid UTF-8 in string literal (22ff22)`],
    [`${'['.repeat(2000)}${']'.repeat(2000)}`, `${parse}exceeded max depth (${'5b'.repeat(30)} ...)`],
    [
      '{"apiVersion":"a/b/c","kind":"ConfigMap"}',
      `${unrecognized}unexpected GroupVersion string: a/b/c ({"apiVersion":"a/b/c","kind":" ...)`,
    ],
    [
      '{"apiVersion": "v2", "kind": "ConfigMap", "metadata": {"name": "x"}}',
      `ConfigMap in version "v2" ${handled}no kind "ConfigMap" is registered for version "v2" in scheme "pkg/runtime/scheme.go:111"`,
    ],
    [
      '{"apiVersion": "foo/v1", "kind": "Bar"}',
      `Bar in version "v1" ${handled}no kind "Bar" is registered for version "foo/v1" in scheme "pkg/runtime/scheme.go:111"`,
    ],
    [
      '{"kind": "Bar"}',
      `Bar in version "v1" ${handled}no kind "Bar" is registered for version "v1" in scheme "pkg/runtime/scheme.go:111"`,
    ],
    [
      '{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}, "data": {"a": 1}}',
      `ConfigMap in version "v1" ${handled}json: cannot unmarshal number into Go struct field ConfigMap.data of type string`,
    ],
    [
      '{"data":{"a":9007199254740993}}',
      `${parse}number 9007199254740993 cannot be represented exactly: integers beyond 2^53 must be strings ({"data":{"a":9007199254740993} ...)`,
    ],
  ];
  for (const [body, expected] of cases) {
    t.equal(await failure(request(body)), `400 BadRequest: ${expected}`, String(body).slice(0, 60));
  }
});

t.test('another kind that is served here is refused as what it is', async (t) => {
  const isRegistered = () => true;
  t.equal(
    await failure(request('{"apiVersion":"v1","kind":"Namespace"}', { isRegistered })),
    '400 BadRequest: Namespace in version "v1" cannot be handled as a ConfigMap: converting (v1.Namespace) to (v1.ConfigMap): unknown conversion',
  );
  t.equal(
    await failure(request('{"apiVersion":"v2","kind":"ConfigMap"}', { isRegistered })),
    '400 BadRequest: the API version in the data (v2) does not match the expected API version (v1)',
  );
});

t.test('unknown and duplicate members follow fieldValidation', async (t) => {
  const body = '{"metadata":{"name":"s","nope":1},"data":{"a":"1","a":"2"},"dataa":{},"spec":{"list":[{"x":1}]}}';
  const faults = [
    'unknown field "metadata.nope"',
    'unknown field "dataa"',
    'unknown field "spec.list[0].x"',
    'duplicate field "data.a"',
  ];
  const warned = await decodeObject(request(body));
  t.same(warned.warnings, faults);
  t.same(warned.object, {
    kind: 'ConfigMap',
    apiVersion: 'v1',
    metadata: { name: 's' },
    data: { a: '2' },
    spec: { list: [{}] },
  });
  t.same((await decodeObject(request(body, { fieldValidation: 'Ignore' }))).warnings, []);
  t.equal(
    await failure(request(body, { fieldValidation: 'Strict' })),
    `400 BadRequest: ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: ${faults.join(', ')}`,
  );
});

t.test('YAML is read by the rules of YAML 1.1', async (t) => {
  const yaml = (body: string, more: Partial<DecodeRequest> = {}) =>
    request(body, { mediaType: 'application/yaml', ...more });
  const { object } = await decodeObject(yaml('metadata:\n  name: "y"\ndata:\n  k: v\n'));
  t.same(object, { kind: 'ConfigMap', apiVersion: 'v1', metadata: { name: 'y' }, data: { k: 'v' } });
  t.equal(
    await failure(yaml('apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: y\ndata:\n  k: v\n')),
    '400 BadRequest: ConfigMap in version "v1" cannot be handled as a ConfigMap: json: cannot unmarshal bool into Go struct field ObjectMeta.metadata.name of type string',
  );
  t.equal(
    await failure(yaml('a: [\n')),
    '400 BadRequest: the object provided is unrecognized (must be of type ConfigMap): yaml: line 1: did not find expected node content (613a205b0a)',
  );
  const duplicate = 'metadata: {name: a}\ndata:\n  a: "1"\n  a: "2"\nother: 1\n';
  t.same((await decodeObject(yaml(duplicate))).warnings, [
    'unknown field "other"',
    'line 4: key "a" already set in map',
  ]);
  t.equal(
    await failure(yaml(duplicate, { fieldValidation: 'Strict' })),
    '400 BadRequest: ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: yaml: unmarshal errors:\n  line 4: key "a" already set in map, unknown field "other"',
  );
});

t.test('a body in protobuf is taken as its JSON would be', async (t) => {
  const { encodeEnvelope, encodeField } = await loadCodec();
  const inner = message('Inner', { list: [1, list(message('Item', {}))] });
  const protobuf = message('ConfigMap', {
    metadata: [1, objectMetaMessage],
    data: [2, mapOf('string')],
    immutable: [4, optional('bool')],
    spec: [5, optional(inner)],
    unknown: [6, optional('string')],
  });
  const type = { apiVersion: 'v1', kind: 'ConfigMap' };
  const encode = (members: object, as = type): Buffer => encodeEnvelope(as, encodeField(members, protobuf));
  const inProtobuf = (body: Buffer, more: Partial<DecodeRequest> = {}): DecodeRequest =>
    request(body, { mediaType: 'application/vnd.kubernetes.protobuf', protobuf, ...more });

  const members = { data: { b: '2', a: '1' }, unknown: 'x', metadata: { name: 'x', labels: { a: 'b' } } };
  for (const fieldValidation of ['Ignore', 'Warn', 'Strict'] as const) {
    const { object, warnings } = await decodeObject(inProtobuf(encode(members), { fieldValidation }));
    t.equal(
      JSON.stringify(object),
      '{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"x","labels":{"a":"b"}},"data":{"a":"1","b":"2"}}',
    );
    t.same(warnings, [], 'what is not known has no name');
  }
  const unnamed = await decodeObject(inProtobuf(encode(members, { apiVersion: '', kind: '' })));
  t.match(unnamed.object, type);

  const start = '400 BadRequest: ';
  const unrecognized = `${start}the object provided is unrecognized (must be of type ConfigMap): `;
  const handled = `${start}ConfigMap in version "v1" cannot be handled as a ConfigMap: `;
  const cut = encodeEnvelope(type, Buffer.from([0x12, 3, 0x0a, 5, 1]));
  const wrong = encodeEnvelope(type, Buffer.from([0x12, 2, 0x08, 1]));
  const cases: [Buffer, string][] = [
    [Buffer.from(''), `${unrecognized}empty data (<empty>)`],
    [
      Buffer.from('{}'),
      `${unrecognized}provided data does not appear to be a protobuf message, expected prefix [107 56 115 0] ({})`,
    ],
    [Buffer.from('k8s\0\x0a'), `${unrecognized}unexpected EOF (6b3873000a)`],
    [cut, `${handled}unexpected EOF`],
    [wrong, `${handled}proto: wrong wireType = 0 for field metadata`],
    [
      encode(members, { apiVersion: 'v1', kind: 'Pod' }),
      `${start}Pod in version "v1" cannot be handled as a ConfigMap: no kind "Pod" is registered for version "v1" in scheme "pkg/runtime/scheme.go:111"`,
    ],
  ];
  for (const [body, expected] of cases) t.equal(await failure(inProtobuf(body)), expected);
  await t.rejects(decodeObject(inProtobuf(encode(members), { protobuf: undefined })), { name: 'TypeError' });
});

t.test('members called __proto__ are data', async (t) => {
  const { object } = await decodeObject(
    request('{"data":{"__proto__":"x"},"__proto__":{"polluted":true},"metadata":{"labels":{"__proto__":"y"}}}'),
  );
  t.equal(
    JSON.stringify(object),
    '{"kind":"ConfigMap","apiVersion":"v1","metadata":{"labels":{"__proto__":"y"}},"data":{"__proto__":"x"}}',
  );
  t.equal(({} as Record<string, unknown>)['polluted'], undefined);
  t.equal((object as Record<string, unknown>)['polluted'], undefined);
});
