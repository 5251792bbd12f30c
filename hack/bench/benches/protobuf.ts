import { configMapMessage } from '../../../apis/core/v1/config-map-protobuf.ts';
import {
  decodeMessage,
  encodeEnvelope,
  encodeField,
  encodeListFrame,
} from '../../../pkg/apimachinery/protobuf/codec.ts';
import { list, message } from '../../../pkg/apimachinery/protobuf/message.ts';
import { listMetaMessage } from '../../../pkg/apimachinery/protobuf/object-meta-messages.ts';
import type { Bench } from '../lib/bench.ts';
import { type Measurement, measureInRounds, ours, type Subject } from '../lib/rounds.ts';

const listLength = 10_000;

/** Bytes of a ConfigMap and of a list of them, made and read; nothing is sent anywhere. */
export const protobuf: Bench = {
  about: `one ConfigMap and a list of ${listLength} as protobuf, written and read in this process; peer: the same as JSON`,
  async run(context) {
    context.report.add('protobuf', await measureInRounds(context, newSubjects(), { warmUp: true }));
  },
};

function newSubjects(): Subject[] {
  const one = newConfigMap(0);
  const many = Array.from({ length: listLength }, (_, at) => newConfigMap(at));
  const listMessage = message('ConfigMapList', { metadata: [1, listMetaMessage], items: [2, list(configMapMessage)] });
  const oneRaw = withoutHead(encodeField(one, configMapMessage));
  const manyRaw = withoutHead(encodeField({ metadata: {}, items: many }, listMessage));
  const oneText = Buffer.from(JSON.stringify(one));
  const manyText = Buffer.from(JSON.stringify({ metadata: {}, items: many }));
  return [
    ...inBothForms('write one', 20_000, {
      protobuf: () => encodeEnvelope(one, encodeField(one, configMapMessage)),
      json: () => Buffer.from(JSON.stringify(one)),
    }),
    ...inBothForms('read one', 20_000, {
      protobuf: () => decodeMessage(oneRaw, configMapMessage),
      json: () => JSON.parse(oneText.toString()),
    }),
    ...inBothForms('write a list', 5, {
      protobuf: () => encodeList(many),
      json: () => Buffer.from(JSON.stringify({ metadata: {}, items: many })),
    }),
    ...inBothForms('read a list', 5, {
      protobuf: () => decodeMessage(manyRaw, listMessage),
      json: () => JSON.parse(manyText.toString()),
    }),
  ];
}

type ConfigMap = ReturnType<typeof newConfigMap>;

/** What a client of `kubectl create configmap` left. */
function newConfigMap(at: number) {
  const time = '2026-01-02T03:04:05Z';
  return {
    kind: 'ConfigMap',
    apiVersion: 'v1',
    metadata: {
      name: `config-${at}`,
      namespace: 'default',
      uid: `0b0ee8ae-cc72-4a92-93f5-${String(at).padStart(12, '0')}`,
      resourceVersion: String(100_000 + at),
      creationTimestamp: time,
      labels: { app: 'bench' },
      managedFields: [
        {
          manager: 'kubectl-create',
          operation: 'Update',
          apiVersion: 'v1',
          time,
          fieldsType: 'FieldsV1',
          fieldsV1: { 'f:data': { '.': {}, 'f:a': {}, 'f:b': {} } },
        },
      ],
    },
    data: { a: 'some value', b: 'x'.repeat(200) },
  };
}

function encodeList(items: readonly ConfigMap[]): Buffer {
  const fields = items.map((item) => encodeField(item, configMapMessage));
  const length = fields.reduce((sum, field) => sum + field.length, 0);
  const { head, tail } = encodeListFrame({ apiVersion: 'v1', kind: 'ConfigMapList' }, {}, length);
  return Buffer.concat([head, ...fields, tail]);
}

/** A message as it stands in a field, after its tag and its length. */
function withoutHead(field: Buffer): Buffer {
  let at = 1;
  while ((field[at] ?? 0) >= 0x80) at++;
  return field.subarray(at + 1);
}

function inBothForms(
  form: string,
  times: number,
  { protobuf: subject, json }: { readonly protobuf: () => unknown; readonly json: () => unknown },
): Subject[] {
  return [
    { who: ours, form, measure: async () => measure(subject, times) },
    { who: 'JSON', form, measure: async () => measure(json, times) },
  ];
}

function measure(work: () => unknown, times: number): Measurement {
  const start = performance.now();
  for (let at = 0; at < times; at++) work();
  return { µs: ((performance.now() - start) * 1000) / times };
}
