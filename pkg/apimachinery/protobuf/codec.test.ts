import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import protobuf from 'protobufjs';
import t from 'tap';
import type { TypeMeta } from '../../../apis/meta/v1/types.ts';
import { isJSONObject, type JSONObject } from '../runtime/json.ts';
import {
  decodeEnvelope,
  decodeMessage,
  encodeEnvelope,
  encodeField,
  encodeListFrame,
  encodeWatchFrame,
} from './codec.ts';
import { inline, list, mapOf, message, optional, type ProtobufMessage, required } from './message.ts';
import { listMetaMessage } from './object-meta-messages.ts';
import { ProtobufSyntaxError } from './wire.ts';

const root = join(import.meta.dirname, '../../..');

/** What hack/e2e/clients/go/protobufsamples printed. */
interface Sample {
  readonly form: 'none' | 'empty' | 'full';
  readonly json: JSONObject & TypeMeta;
  readonly protobuf: string;
}

const samples = readFileSync(join(import.meta.dirname, 'testdata/samples.jsonl'), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as Sample);

/** The exported tables, by the name of the type in Go; two groups have an Event. */
async function loadMessages(): Promise<Map<string, ProtobufMessage>> {
  const messages = new Map<string, ProtobufMessage>();
  for (const file of globSync(['{apis,pkg}/**/*-protobuf.ts', 'pkg/apimachinery/protobuf/*-message*.ts'], {
    cwd: root,
  })) {
    for (const table of Object.values((await import(join(root, file))) as object)) {
      if (!isJSONObject(table) || !('byTag' in table)) continue;
      const { name } = table as unknown as ProtobufMessage;
      messages.set(name === 'Event' ? `${file.split('/')[1]}/${name}` : name, table as unknown as ProtobufMessage);
    }
  }
  return messages;
}

function findMessage(messages: Map<string, ProtobufMessage>, { apiVersion, kind }: TypeMeta): ProtobufMessage {
  const group = apiVersion.includes('/') ? apiVersion.split('/')[0] : 'core';
  const found = messages.get(kind) ?? messages.get(`${group}/${kind}`);
  if (found !== undefined) return found;
  const item = findMessage(messages, { apiVersion, kind: kind.replace(/List$/, '') });
  return message(kind, { metadata: [1, listMetaMessage], items: [2, list(item)] });
}

/** Members of JSON that are null say nothing that protobuf could say. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isJSONObject(value)) return value;
  const members = Object.entries(value).filter(([, member]) => member !== null);
  return Object.fromEntries(members.map(([name, member]) => [name, withoutNulls(member)]));
}

t.test(
  'objects of every kind are written byte for byte as Go does, and read as Go would write them in JSON',
  async (t) => {
    const messages = await loadMessages();
    for (const { form, json, protobuf: expected } of samples) {
      const { apiVersion, kind, ...members } = json;
      const table = findMessage(messages, json);
      const bytes = encodeEnvelope(json, encodeField(members, table));
      t.equal(bytes.toString('base64'), expected, `${form} ${apiVersion} ${kind} to protobuf`);
      const envelope = decodeEnvelope(Buffer.from(expected, 'base64'));
      t.match(envelope, { apiVersion, kind });
      t.same(decodeMessage(envelope.raw, table), withoutNulls(members), `${form} ${apiVersion} ${kind} from protobuf`);
    }
    t.equal(samples.length % 3, 0);
  },
);

t.test('a list is its items between a head and a tail', async (t) => {
  const sample = samples.find(({ form, json }) => form === 'full' && json.kind === 'ConfigMapList');
  if (sample === undefined) throw new Error('there is no sample of a list');
  const { metadata, items, ...type } = sample.json as unknown as TypeMeta & { metadata: object; items: JSONObject[] };
  const table = findMessage(await loadMessages(), { apiVersion: 'v1', kind: 'ConfigMap' });
  const fields = items.map((item) => encodeField(item, table));
  const length = fields.reduce((sum, field) => sum + field.length, 0);
  const { head, tail } = encodeListFrame(type, metadata, length);
  t.equal(Buffer.concat([head, ...fields, tail]).toString('base64'), sample.protobuf);
});

t.test('a frame of a watch says how long it is', (t) => {
  const { root: schema } = protobuf.parse(`
    syntax = "proto2";
    message WatchEvent { optional string type = 1; optional RawExtension object = 2; }
    message RawExtension { optional bytes raw = 1; }
  `);
  const body = encodeEnvelope({ apiVersion: 'v1', kind: 'X' }, encodeField({ a: 'x'.repeat(300) }, sampleMessage));
  const frame = encodeWatchFrame('BOOKMARK', body);
  t.equal(frame.readUInt32BE(0), frame.length - 4);
  const event = schema.lookupType('WatchEvent').decode(frame.subarray(4)).toJSON();
  t.same(event, { type: 'BOOKMARK', object: { raw: body.toString('base64') } });
  t.end();
});

const inner = message('Inner', { x: [1, 'string'], y: [2, optional('int32')] });
const sampleMessage = message('Sample', {
  a: [1, required('string')],
  n: [2, 'int64'],
  list: [3, list('string')],
  numbers: [4, list('int32')],
  map: [5, mapOf('string')],
  one: [6, inner],
  maybe: [7, optional(inner)],
  within: [8, inline(message('Within', { deep: [1, 'string'] }))],
  time: [9, 'time'],
  micro: [10, optional('microTime')],
  flag: [11, optional('bool')],
  port: [12, optional('intOrString')],
  fields: [13, optional('fieldsV1')],
  bytes: [14, mapOf('bytes')],
  size: [15, mapOf('quantity')],
  extra: [16, mapOf('strings')],
});

function decodeHex(hex: string): JSONObject {
  return decodeMessage(Buffer.from(hex.replaceAll(' ', ''), 'hex'), sampleMessage);
}

t.test('what other encoders than Go’s may send is read', (t) => {
  const cases: readonly [string, string, JSONObject][] = [
    ['nothing', '', {}],
    ['a later value takes the place of an earlier one', '0a0161 0a0162', { a: 'b' }],
    ['an empty value takes it too', '1005 1000', {}],
    ['messages are merged', '32030a0161 32021005', { one: { x: 'a', y: 5 } }],
    ['optional messages are merged', '3a030a0161 3a021005', { maybe: { x: 'a', y: 5 } }],
    ['numbers one by one', '2001 2002', { numbers: [1, 2] }],
    ['numbers in a row', '2203010203', { numbers: [1, 2, 3] }],
    ['negative numbers', '10ffffffffffffffffff01 20ffffffffffffffffff01', { n: -1, numbers: [-1] }],
    ['a negative number in five bytes', '20ffffffff0f', { numbers: [-1] }],
    ['an entry of a map in the other order', '2a06 120162 0a0161', { map: { a: 'b' } }],
    ['an entry without a name', '2a03120162', { map: { '': 'b' } }],
    [
      'entries without a value',
      '2a030a0161 72030a0162 7a030a0163 820103 0a0164',
      {
        map: { a: '' },
        bytes: { b: '' },
        size: { c: '0' },
        extra: { d: [] },
      },
    ],
    [
      'unknown fields of every form',
      'a00601 a1060102030405060708 a2060161 a3060801a406 a50601020304 0a0161',
      { a: 'a' },
    ],
    ['groups in groups', `${'a306'.repeat(500)}${'a406'.repeat(500)}0a0161`, { a: 'a' }],
    ['a length in more bytes than it needs', '0a8100 61', { a: 'a' }],
    ['Go’s zero time', '4a0b 088092b8c398feffffff01', {}],
    ['a time without seconds', '4a021000', { time: '1970-01-01T00:00:00Z' }],
    ['what is less than a second or a microsecond', '4a070801 10ffc7f601', { time: '1970-01-01T00:00:01Z' }],
    ['microseconds', '5207 0801 1098fcae5f', { micro: '1970-01-01T00:00:01.199999Z' }],
    ['a port by number and by name', '620a 0800 1050 1a0468747470', { port: 80 }],
    ['a port by name', '620a 0801 1050 1a0468747470', { port: 'http' }],
    ['managed fields without content', '6a00', {}],
  ];
  for (const [name, hex, expected] of cases) t.same(decodeHex(hex), expected, name);
  const odd = decodeHex('2a0e 0a095f5f70726f746f5f5f 120161');
  t.equal(JSON.stringify(odd), '{"map":{"__proto__":"a"}}', 'a name is data');
  t.end();
});

t.test('what is no message is refused with its cause', (t) => {
  const cases: readonly [string, string, string][] = [
    ['cut in a tag', '80', 'unexpected EOF'],
    ['cut in a length', '0a80', 'unexpected EOF'],
    ['cut in a text', '0a0361', 'unexpected EOF'],
    ['cut in a number', '1080', 'unexpected EOF'],
    ['a length beyond the end', '0affffffff07', 'unexpected EOF'],
    ['a length of 2 GB in an unknown field', 'a206ffffffff07', 'unexpected EOF'],
    ['a negative length', '0affffffffffffffffff01', 'proto: invalid length encoding'],
    ['a message longer than its parent', '32030a0561 6262626262', 'unexpected EOF'],
    ['an entry longer than its parent', '2a030a0561 6262626262', 'unexpected EOF'],
    ['a number without end', `10${'80'.repeat(20)}`, 'proto: invalid varint encoding'],
    ['an unknown number without end', `a006${'80'.repeat(20)}01`, 'proto: integer overflow'],
    ['field 0', '0001', 'proto: Sample: illegal tag 0 (wire type 0)'],
    ['a wrong wire type', '0801', 'proto: wrong wireType = 0 for field a'],
    ['texts where a number is', '120161', 'proto: wrong wireType = 2 for field n'],
    ['an end without its group', 'a406', 'proto: Sample: wiretype end group for non-group'],
    ['a group without its end', 'a306', 'unexpected EOF'],
    ['an impossible wire type', 'a606', 'proto: illegal wireType 6'],
    ['what is not UTF-8', '0a01ff', 'string field contains invalid UTF-8'],
    ['what is not UTF-8 in a long text', `0a64${'61'.repeat(99)}c3`, 'string field contains invalid UTF-8'],
    ['a name that is not UTF-8', '2a030a01ff', 'string field contains invalid UTF-8'],
    [
      'a number that would be rounded',
      '108180808080808010',
      'number 9007199254740993 cannot be represented exactly: integers beyond 2^53 must be strings',
    ],
    ['the year 10000', '4a07 088083d1ffaf07', 'time 253402300800 is not within the years 1 to 9999'],
    [
      'a time that no double holds',
      '4a0a 08ffffffffffffffff7f',
      `number ${2n ** 63n - 1n} cannot be represented exactly: integers beyond 2^53 must be strings`,
    ],
    ['too many nanoseconds', '5208 0801 108094ebdc03', 'time has 1000000000 nanoseconds in a second'],
    ['a port that is neither', '62020802', 'impossible IntOrString.Type'],
    ['managed fields that are not JSON', '6a03 0a017b', 'unexpected end of JSON input'],
  ];
  for (const [name, hex, expected] of cases) {
    t.throws(() => decodeHex(hex), { name: 'ProtobufSyntaxError', message: expected }, name);
  }
  t.end();
});

t.test('numbers that a double holds are kept, however large', (t) => {
  for (const n of [2 ** 53, -(2 ** 53), 2 ** 62, -(2 ** 63), 2 ** 32, -(2 ** 31), 2 ** 31]) {
    t.equal(rewrite({ n }, sampleMessage)['n'], n);
  }
  t.end();
});

t.test('an envelope says what is wrong with it', (t) => {
  const cases: readonly [string, string | RegExp][] = [
    ['', 'empty data'],
    ['k8', /^provided data does not appear to be a protobuf message, expected prefix \[107 56 115 0\]$/],
    ['{"kind":"X"}', /^provided data does not appear to be a protobuf message/],
    ['k8s\0', 'empty body'],
    ['k8s\0\x0a', 'unexpected EOF'],
    ['k8s\0\x0a\x05\x0a\x05v1', 'unexpected EOF'],
  ];
  for (const [text, expected] of cases) {
    t.throws(() => decodeEnvelope(Buffer.from(text)), { name: 'ProtobufSyntaxError', message: expected }, text);
  }
  t.same(decodeEnvelope(Buffer.from('k8s\0\x22\x01x')), { apiVersion: '', kind: '', raw: Buffer.alloc(0) });
  t.end();
});

t.test('an object that is not what its table says is not written', (t) => {
  const cases: readonly [JSONObject, string][] = [
    [{ a: 1 }, 'Sample.a: expected a string, found number'],
    [{ n: '1' }, 'Sample.n: expected an integer, found string'],
    [{ n: 1.5 }, 'Sample.n: expected an integer, found number'],
    [{ list: 'x' }, 'Sample.list: expected an array, found string'],
    [{ list: [{}] }, 'Sample.list: expected a string, found object'],
    [{ map: ['x'] }, 'Sample.map: expected an object, found array'],
    [{ one: { x: true } }, 'Sample.one: Inner.x: expected a string, found boolean'],
    [{ maybe: 'x' }, 'Sample.maybe: expected an object, found string'],
    [{ time: 'soon' }, 'Sample.time: expected a time, found "soon"'],
    [{ time: 5 }, 'Sample.time: expected a time, found number'],
    [{ flag: 'x' }, 'Sample.flag: expected a boolean, found string'],
    [{ port: true }, 'Sample.port: expected an integer or a string, found boolean'],
    [{ bytes: { a: 1 } }, 'Sample.bytes: expected a string, found number'],
    [{ size: { a: true } }, 'Sample.size: expected a quantity, found boolean'],
    [{ extra: { a: 'x' } }, 'Sample.extra: expected an array, found string'],
    [{ extra: { a: [1] } }, 'Sample.extra: expected a string, found number'],
  ];
  for (const [object, expected] of cases) {
    t.throws(() => encodeField(object, sampleMessage), { name: 'TypeError', message: expected });
  }
  t.end();
});

t.test('null is absent, and what no table knows is left out', (t) => {
  const nothing = encodeField({}, sampleMessage);
  const nulls = Object.fromEntries(sampleMessage.fields.map(({ name }) => [name, null]));
  t.ok(encodeField({ ...nulls, unknown: 1 }, sampleMessage).equals(nothing));
  const odd = { a: '', list: ['x', null], map: { a: null }, time: '0001-01-01T00:00:00Z', deep: 'd' };
  t.same(rewrite(odd, sampleMessage), { a: '', list: ['x', ''], map: { a: '' }, one: {}, deep: 'd' });
  t.end();
});

t.test('halves of surrogate pairs are written as JSON has them in UTF-8', (t) => {
  const half = String.fromCharCode(0xd83d);
  const object = { a: half, list: [half.repeat(50)], map: { [half]: half }, extra: { a: [half] }, port: half };
  const whole = JSON.parse(
    Buffer.from(JSON.stringify(object).replaceAll('\\ud83d', '\ufffd')).toString(),
  ) as JSONObject;
  t.same(rewrite(object, sampleMessage), { ...whole, one: {} });
  t.end();
});

t.test('times in any form of RFC 3339 are written', (t) => {
  const cases: readonly [string, string][] = [
    ['2026-01-02T03:04:05Z', '2026-01-02T03:04:05.000000Z'],
    ['2026-01-02T03:04:05.1234567Z', '2026-01-02T03:04:05.123456Z'],
    ['2026-01-02T03:04:05.5+01:00', '2026-01-02T02:04:05.500000Z'],
    ['1969-12-31T23:59:59.25Z', '1969-12-31T23:59:59.250000Z'],
    ['9999-12-31T23:59:59.999999Z', '9999-12-31T23:59:59.999999Z'],
  ];
  for (const [text, expected] of cases) {
    const { time, micro } = rewrite({ time: text, micro: text }, sampleMessage);
    t.same([time, micro], [`${expected.slice(0, 19)}Z`, expected]);
  }
  t.end();
});

/** Numbers below a limit, the same ones in every run. */
function newRandom(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

function rewrite(object: JSONObject, table: ProtobufMessage): JSONObject {
  const { raw } = decodeEnvelope(encodeEnvelope({ apiVersion: 'v1', kind: 'X' }, encodeField(object, table)));
  return decodeMessage(raw, table);
}

t.test('damaged bodies are read or refused, and never more than that', async (t) => {
  const messages = await loadMessages();
  const random = newRandom(7);
  let read = 0;
  let refused = 0;
  for (let round = 0; round < 4000; round++) {
    const sample = samples[random(samples.length)];
    if (sample === undefined) continue;
    const table = findMessage(messages, sample.json);
    const bytes = Buffer.from(sample.protobuf, 'base64');
    for (let times = random(3); times >= 0; times--) bytes[random(bytes.length)] = random(256);
    const end = random(2) === 0 ? bytes.length : random(bytes.length);
    try {
      const { raw } = decodeEnvelope(bytes.subarray(0, end));
      // What is empty may be left out the first time.
      const object = rewrite(decodeMessage(raw, table), table);
      t.same(rewrite(object, table), object);
      read++;
    } catch (error) {
      if (!(error instanceof ProtobufSyntaxError)) throw error;
      refused++;
    }
  }
  t.ok(read > 100 && refused > 100, `${read} were read, ${refused} refused`);
});
