import t from 'tap';
import { equalJSON } from '../runtime/json.ts';
import type { Schema } from '../schema/schema.ts';
import { applySchemaDefaults } from './defaults.ts';
import { pruneObject } from './prune.ts';
import { findTypeError } from './type-error.ts';
import { findUnknownFields } from './unknown-fields.ts';

const configMap: Schema = {
  $id: 'io.k8s.api.core.v1.ConfigMap',
  type: 'object',
  properties: {
    immutable: { type: 'boolean', nullable: true },
    data: { type: 'object', additionalProperties: { type: 'string' } },
    binaryData: { type: 'object', additionalProperties: { type: 'string', format: 'byte' } },
  },
};
const service: Schema = {
  $id: 'io.k8s.api.core.v1.Service',
  type: 'object',
  properties: {
    spec: {
      $id: 'io.k8s.api.core.v1.ServiceSpec',
      type: 'object',
      properties: {
        ports: {
          type: 'array',
          items: {
            $id: 'io.k8s.api.core.v1.ServicePort',
            type: 'object',
            properties: {
              name: { type: 'string' },
              protocol: { type: 'string', default: 'TCP' },
              port: { type: 'integer', format: 'int32' },
              targetPort: { 'x-kubernetes-int-or-string': true },
              weight: { type: 'number' },
            },
          },
        },
        externalIPs: { type: 'array', items: { type: 'string' } },
        free: {
          type: 'object',
          'x-kubernetes-preserve-unknown-fields': true,
          properties: { known: { type: 'string' } },
        },
        anything: {},
        since: { $ref: 'io.k8s.apimachinery.pkg.apis.meta.v1.Time' },
        template: {
          type: 'object',
          properties: { metadata: { $ref: 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta' } },
        },
      },
    },
    status: {
      type: 'object',
      default: { phase: 'New' },
      properties: { phase: { type: 'string' }, tries: { type: 'integer', default: 3 } },
    },
  },
};

t.test('the first wrong type is named as Go names it', (t) => {
  const cases: [unknown, Schema, string, string | undefined][] = [
    [{ apiVersion: 'v1', metadata: { name: 'x' }, data: { a: '1' } }, configMap, 'ConfigMap', undefined],
    [
      { data: { a: 1 } },
      configMap,
      'ConfigMap',
      'json: cannot unmarshal number into Go struct field ConfigMap.data of type string',
    ],
    [
      { data: 'x' },
      configMap,
      'ConfigMap',
      'json: cannot unmarshal string into Go struct field ConfigMap.data of type map[string]string',
    ],
    [
      { metadata: { name: true } },
      configMap,
      'ConfigMap',
      'json: cannot unmarshal bool into Go struct field ObjectMeta.metadata.name of type string',
    ],
    [
      { metadata: 'x' },
      configMap,
      'ConfigMap',
      'json: cannot unmarshal string into Go struct field ConfigMap.metadata of type v1.ObjectMeta',
    ],
    [
      { metadata: { labels: { a: {} } } },
      configMap,
      'ConfigMap',
      'json: cannot unmarshal object into Go struct field ObjectMeta.metadata.labels of type string',
    ],
    [
      { metadata: { ownerReferences: [{ name: 1 }] } },
      configMap,
      'ConfigMap',
      'json: cannot unmarshal number into Go struct field OwnerReference.metadata.ownerReferences.name of type string',
    ],
    [
      { immutable: [] },
      configMap,
      'ConfigMap',
      'json: cannot unmarshal array into Go struct field ConfigMap.immutable of type bool',
    ],
    [{ immutable: null, data: null, metadata: null }, configMap, 'ConfigMap', undefined],
    [{ binaryData: { a: '!' } }, configMap, 'ConfigMap', 'illegal base64 data at input byte 0'],
    [
      { binaryData: { a: 1 } },
      configMap,
      'ConfigMap',
      'json: cannot unmarshal number into Go struct field ConfigMap.binaryData of type []uint8',
    ],
    [{ other: 1 }, configMap, 'ConfigMap', undefined],
    [
      { metadata: { creationTimestamp: 'noon' } },
      configMap,
      'ConfigMap',
      'parsing time "noon" as "2006-01-02T15:04:05Z07:00": cannot parse "noon" as "2006"',
    ],
    [[], configMap, 'ConfigMap', 'json: cannot unmarshal array into Go value of type v1.ConfigMap'],
    [
      { spec: [] },
      service,
      'Service',
      'json: cannot unmarshal array into Go struct field Service.spec of type v1.ServiceSpec',
    ],
    [
      { spec: { ports: {} } },
      service,
      'Service',
      'json: cannot unmarshal object into Go struct field ServiceSpec.spec.ports of type []v1.ServicePort',
    ],
    [
      { spec: { ports: [{ port: 1 }, { port: 'x' }] } },
      service,
      'Service',
      'json: cannot unmarshal string into Go struct field ServicePort.spec.ports.port of type int32',
    ],
    [
      { spec: { ports: [{ port: 1.5 }] } },
      service,
      'Service',
      'json: cannot unmarshal number 1.5 into Go struct field ServicePort.spec.ports.port of type int32',
    ],
    [
      { spec: { ports: [{ port: 2147483648 }] } },
      service,
      'Service',
      'json: cannot unmarshal number 2147483648 into Go struct field ServicePort.spec.ports.port of type int32',
    ],
    [{ spec: { ports: [{ targetPort: 'http' }, { targetPort: 80 }] } }, service, 'Service', undefined],
    [
      { spec: { ports: [{ targetPort: true }] } },
      service,
      'Service',
      'json: cannot unmarshal bool into Go struct field ServicePort.spec.ports.targetPort of type int32',
    ],
    [
      { spec: { ports: [{ weight: 'x' }] } },
      service,
      'Service',
      'json: cannot unmarshal string into Go struct field ServicePort.spec.ports.weight of type float64',
    ],
    [
      { spec: { externalIPs: ['a', 1] } },
      service,
      'Service',
      'json: cannot unmarshal number into Go struct field ServiceSpec.spec.externalIPs of type string',
    ],
    [
      { spec: { free: { x: 1 }, anything: [1], since: 1 } },
      service,
      'Service',
      'json: cannot unmarshal number into Go struct field ServiceSpec.spec.since of type string',
    ],
    [
      { spec: { template: { metadata: { name: 1 } } } },
      service,
      'Service',
      'json: cannot unmarshal number into Go struct field ObjectMeta.spec.template.metadata.name of type string',
    ],
    [
      { status: 1, spec: 1 },
      service,
      'Service',
      'json: cannot unmarshal number into Go struct field Service.status of type map[string]interface {}',
    ],
  ];
  for (const [value, schema, kind, expected] of cases) {
    t.equal(findTypeError(value, schema, kind), expected, JSON.stringify(value));
  }
  t.end();
});

t.test('unknown members are found in document order', (t) => {
  const cases: [string, Schema, string[]][] = [
    [
      '{"kind":"ConfigMap","metadata":{"name":"s","nope":1},"data":{"a":"1"},"dataa":{}}',
      configMap,
      ['metadata.nope', 'dataa'],
    ],
    ['{"metadata":{"managedFields":[{"x":1,"fieldsV1":{"f:a":{}}}]}}', configMap, ['metadata.managedFields[0].x']],
    ['{"spec":{"ports":[{"port":1},{"foo":{"bar":1}}],"x":[{"y":1}]}}', service, ['spec.ports[1].foo', 'spec.x']],
    ['{"spec":{"free":{"a":{"b":1},"known":"x"},"anything":{"a":1}}}', service, []],
    ['{"spec":{"template":{"metadata":{"foo":1}}}}', service, ['spec.template.metadata.foo']],
    ['{"__proto__":{"a":1},"constructor":1,"toString":2}', configMap, ['__proto__', 'constructor', 'toString']],
    ['null', configMap, []],
    ['[1]', configMap, []],
  ];
  for (const [text, schema, expected] of cases) t.same(findUnknownFields(JSON.parse(text), schema), expected, text);
  const many = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`x${index}`, 1]));
  t.equal(findUnknownFields(many, configMap).length, 100, 'no more than are of use');
  t.end();
});

t.test('pruning leaves what Go would hold, in the order of the schema', (t) => {
  const cases: [string, Schema, string][] = [
    [
      '{"data":{"b":"2","a":"1"},"nope":1,"metadata":{"labels":{"z":"1","a":"2"},"name":"n","x":1},"apiVersion":"v1","kind":"ConfigMap"}',
      configMap,
      '{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"n","labels":{"a":"2","z":"1"}},"data":{"a":"1","b":"2"}}',
    ],
    ['{"data":null,"immutable":null,"binaryData":{"a":null}}', configMap, '{"immutable":null,"binaryData":{"a":""}}'],
    [
      '{"metadata":{"name":"","labels":{},"finalizers":[],"creationTimestamp":null,"generation":0,"managedFields":[{}]}}',
      configMap,
      '{"metadata":{"managedFields":[{}]}}',
    ],
    [
      '{"spec":{"free":{"z":null,"known":null,"a":{"b":null}},"anything":{"z":1,"a":null},"externalIPs":["a",null],"ports":[null,{"x":1}]}}',
      service,
      '{"spec":{"ports":[{},{}],"externalIPs":["a",""],"free":{"a":{"b":null},"z":null},"anything":{"a":null,"z":1}}}',
    ],
    ['{"data":{"__proto__":"x","constructor":"y"}}', configMap, '{"data":{"__proto__":"x","constructor":"y"}}'],
    ['{"__proto__":{"polluted":true}}', configMap, '{}'],
  ];
  for (const [text, schema, expected] of cases) {
    const pruned: unknown = pruneObject(JSON.parse(text), schema);
    t.equal(JSON.stringify(pruned), expected, text);
  }
  t.equal(({} as Record<string, unknown>)['polluted'], undefined);
  t.end();
});

t.test('pruning copies, also what it does not know', (t) => {
  const object = { spec: { free: { a: { b: 1 } }, externalIPs: ['a'] } };
  const pruned = pruneObject(object, service);
  pruned.spec.free.a.b = 2;
  pruned.spec.externalIPs.push('b');
  t.same(object, { spec: { free: { a: { b: 1 } }, externalIPs: ['a'] } });
  t.end();
});

t.test('defaults fill in what is absent', (t) => {
  const cases: [unknown, unknown][] = [
    [{}, { status: { phase: 'New', tries: 3 } }],
    [{ status: null }, { status: { phase: 'New', tries: 3 } }],
    [{ status: { tries: 1 } }, { status: { tries: 1 } }],
    [
      { spec: { ports: [{ port: 1 }, { protocol: 'UDP' }, null] }, status: {} },
      { spec: { ports: [{ port: 1, protocol: 'TCP' }, { protocol: 'UDP' }, null] }, status: { tries: 3 } },
    ],
  ];
  for (const [draft, expected] of cases) {
    const text = JSON.stringify(draft);
    applySchemaDefaults(draft, service);
    t.ok(equalJSON(draft, expected), `${text} became ${JSON.stringify(draft)}`);
  }
  const drafts: { status?: { phase: string } }[] = [{}, {}];
  for (const draft of drafts) applySchemaDefaults(draft, service);
  t.not(drafts[0]?.status, drafts[1]?.status, 'a default is copied');
  t.end();
});
