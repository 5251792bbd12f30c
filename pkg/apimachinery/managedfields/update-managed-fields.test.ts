import tap from 'tap';
import type { KubernetesObject, ManagedFieldsEntry } from '../../../apis/meta/v1/types.ts';
import { deepFreeze } from '../runtime/json.ts';
import type { Schema } from '../schema/schema.ts';
import { restoreManagedFields } from './admitted-managed-fields.ts';
import { toFieldManager } from './field-manager-name.ts';
import { newFieldSetOfNames } from './field-set/field-set-builder.ts';
import { keepManagedFieldsTimes } from './managed-fields-times.ts';
import { newObjectType } from './typed/compile-type.ts';
import type { FieldType } from './typed/field-type.ts';
import { updateManagedFields, type UpdateOptions } from './update-managed-fields.ts';

const string: Schema = { type: 'string' };
const strings: Schema = { type: 'object', additionalProperties: string };

const configMap = newObjectType({
  type: 'object',
  properties: { immutable: { type: 'boolean' }, data: strings, binaryData: strings },
});
const apiService = newObjectType({
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      properties: {
        service: { type: 'object', properties: { namespace: string, name: string, port: { type: 'integer' } } },
        group: string,
        version: string,
        insecureSkipTLSVerify: { type: 'boolean' },
        groupPriorityMinimum: { type: 'integer' },
        versionPriority: { type: 'integer' },
      },
    },
    status: {
      type: 'object',
      properties: {
        conditions: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['type'],
          items: {
            type: 'object',
            properties: {
              type: string,
              status: string,
              lastTransitionTime: { $ref: 'io.k8s.apimachinery.pkg.apis.meta.v1.Time' },
              reason: string,
              message: string,
            },
          },
        },
      },
    },
  },
});
const service = newObjectType({
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      properties: {
        ports: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['port', 'protocol'],
          items: {
            type: 'object',
            properties: {
              name: string,
              protocol: { type: 'string', default: 'TCP' },
              port: { type: 'integer' },
              targetPort: { 'x-kubernetes-int-or-string': true },
            },
          },
        },
        type: string,
        sessionAffinity: string,
        externalName: string,
      },
    },
  },
});

const status = newFieldSetOfNames([['status']]);
const spec = newFieldSetOfNames([['spec']]);

type Members = { [member: string]: unknown };

type Test = Pick<typeof tap, 'same' | 'fail'>;

interface Write extends Partial<Omit<UpdateOptions, 'live' | 'draft' | 'now'>> {
  /** Makes the wanted object of the stored one. */
  readonly change: (object: Members & { metadata: Members }) => Members;
  /** Members that the store keeps as they were, whatever is written. */
  readonly keeps?: 'spec' | 'status';
  /** Second at which it is written. */
  at?: number;
  /** Manager, operation and subresource of each entry after the write, and its fields. */
  expected: [string, string][];
}

/** Sends writes one after the other to an object that does not exist at first. */
function replay(t: Test, type: FieldType, writes: readonly Write[]): KubernetesObject | undefined {
  let live: KubernetesObject | undefined;
  for (const { change, keeps, at = 0, expected, ...options } of writes) {
    const draft = change(structuredClone(live ?? { metadata: {} }) as never) as unknown as KubernetesObject;
    deepFreeze(draft);
    const managedFields = updateManagedFields({
      type,
      apiVersion: 'v1',
      manager: '',
      now: () => at * 1000,
      ...options,
      live,
      draft,
      onError: (error) => t.fail(String(error)),
    });
    t.same((managedFields ?? []).map(toRow), expected, change.toString());
    const { managedFields: _, ...metadata } = draft.metadata;
    const kept = keeps === undefined ? {} : { [keeps]: (live as Members | undefined)?.[keeps] };
    live = deepFreeze({
      ...draft,
      ...kept,
      metadata: { ...metadata, uid: 'u', ...(managedFields && { managedFields }) },
    });
  }
  return live;
}

function toRow({ manager, operation, subresource, fieldsV1 }: ManagedFieldsEntry): [string, string] {
  const who = [manager, operation, ...(subresource === undefined ? [] : [subresource])].join(' ');
  return [who, JSON.stringify(fieldsV1)];
}

tap.test('a create claims what it sends, as recorded', (t) => {
  const conditions = [{ type: 'Available', status: 'True' }];
  const cases: [FieldType, Members, string, Partial<UpdateOptions>?][] = [
    [
      configMap,
      { metadata: { name: 'a', labels: { app: 'one', tier: 'x' } }, data: { a: '1' } },
      '{"f:data":{".":{},"f:a":{}},"f:metadata":{"f:labels":{".":{},"f:app":{},"f:tier":{}}}}',
    ],
    [configMap, { metadata: { generateName: 'gen-' } }, '{"f:metadata":{"f:generateName":{}}}'],
    [
      configMap,
      { metadata: { name: 'i' }, data: { a: '1' }, immutable: true },
      '{"f:data":{".":{},"f:a":{}},"f:immutable":{}}',
    ],
    [
      configMap,
      { metadata: { name: 'f', finalizers: ['example.com/f'] } },
      '{"f:metadata":{"f:finalizers":{".":{},"v:\\"example.com/f\\"":{}}}}',
    ],
    [
      configMap,
      { metadata: { name: 'o', ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'p', uid: 'u' }] } },
      '{"f:metadata":{"f:ownerReferences":{".":{},"k:{\\"uid\\":\\"u\\"}":{}}}}',
    ],
    [
      apiService,
      {
        metadata: { name: 'v1.x.example.com', creationTimestamp: null },
        spec: {
          service: { namespace: 'g', name: 'wardle', port: 443 },
          group: 'x.example.com',
          version: 'v1',
          insecureSkipTLSVerify: true,
          groupPriorityMinimum: 1000,
          versionPriority: 15,
        },
        status: { conditions },
      },
      '{"f:spec":{"f:group":{},"f:groupPriorityMinimum":{},"f:insecureSkipTLSVerify":{},"f:service":{".":{},"f:name":{},"f:namespace":{},"f:port":{}},"f:version":{},"f:versionPriority":{}}}',
      { resetFields: status },
    ],
    [
      service,
      {
        metadata: { name: 'wardle' },
        spec: {
          ports: [{ name: 'https', protocol: 'TCP', port: 443, targetPort: 443 }],
          type: 'ExternalName',
          sessionAffinity: 'None',
          externalName: 'localhost',
        },
      },
      '{"f:spec":{"f:externalName":{},"f:ports":{".":{},"k:{\\"port\\":443,\\"protocol\\":\\"TCP\\"}":{".":{},"f:name":{},"f:port":{},"f:protocol":{},"f:targetPort":{}}},"f:sessionAffinity":{},"f:type":{}}}',
    ],
    [
      newObjectType({
        type: 'object',
        properties: { roleRef: { type: 'object', 'x-kubernetes-map-type': 'atomic' }, subjects: { type: 'array' } },
      }),
      {
        metadata: { name: 'b' },
        roleRef: { kind: 'ClusterRole', name: 'x' },
        subjects: [{ kind: 'Group', name: 'dev' }],
      },
      '{"f:roleRef":{},"f:subjects":{}}',
    ],
    // A kind of which nothing is known beforehand has no spec until somebody writes one.
    [newObjectType(undefined), { metadata: { name: 'x' }, spec: { a: 1 } }, '{"f:spec":{".":{},"f:a":{}}}'],
    [
      apiService,
      { metadata: { name: 'x' }, spec: { group: 'g' } },
      '{"f:spec":{".":{},"f:group":{}}}',
      { emptyObject: { apiVersion: 'v1', kind: 'K', metadata: {} } },
    ],
  ];
  for (const [type, draft, fields, options] of cases) {
    const found = updateManagedFields({
      type,
      apiVersion: 'g/v1',
      manager: '',
      now: () => Date.UTC(2026, 10, 21, 10, 2, 39, 500),
      live: undefined,
      draft: deepFreeze({ apiVersion: 'g/v1', kind: 'K', ...draft }) as unknown as KubernetesObject,
      onError: (error) => t.fail(String(error)),
      ...options,
    });
    const entry = `{"manager":"unknown","operation":"Update","apiVersion":"g/v1","time":"2026-11-21T10:02:39Z","fieldsType":"FieldsV1","fieldsV1":${fields}}`;
    t.equal(JSON.stringify(found), `[${entry}]`);
  }
  const nothing = { apiVersion: 'v1', kind: 'K', metadata: { name: 'x', namespace: 'y' } };
  const none = updateManagedFields({
    type: configMap,
    apiVersion: 'v1',
    manager: 'm',
    now: () => 0,
    live: undefined,
    draft: nothing,
  });
  t.equal(none, undefined, 'nobody manages an object that says nothing');
  t.end();
});

tap.test('a ConfigMap changes hands as recorded', (t) => {
  replay(t, configMap, [
    {
      change: () => ({ metadata: { name: 'a', labels: { app: 'one', tier: 'x' } }, data: { a: '1' } }),
      expected: [
        ['unknown Update', '{"f:data":{".":{},"f:a":{}},"f:metadata":{"f:labels":{".":{},"f:app":{},"f:tier":{}}}}'],
      ],
    },
    {
      change: () => ({ metadata: { name: 'a', labels: { app: 'one' } }, data: { a: '2' } }),
      expected: [['unknown Update', '{"f:data":{".":{},"f:a":{}},"f:metadata":{"f:labels":{".":{},"f:app":{}}}}']],
    },
    {
      change: ({ metadata }) => ({
        metadata: { ...metadata, labels: { app: 'patched' } },
        data: { a: '2', b: 'x', d: 'x' },
      }),
      expected: [
        [
          'unknown Update',
          '{"f:data":{".":{},"f:a":{},"f:b":{},"f:d":{}},"f:metadata":{"f:labels":{".":{},"f:app":{}}}}',
        ],
      ],
    },
    {
      change: ({ metadata }) => ({
        metadata: { ...metadata, annotations: { n: 'v' } },
        data: { a: '2', d: 'x', e: '5' },
      }),
      expected: [
        [
          'unknown Update',
          '{"f:data":{".":{},"f:a":{},"f:d":{},"f:e":{}},"f:metadata":{"f:annotations":{".":{},"f:n":{}},"f:labels":{".":{},"f:app":{}}}}',
        ],
      ],
    },
    {
      change: ({ metadata }) => ({ metadata: { ...metadata, finalizers: ['example.com/x'] }, data: { only: 'this' } }),
      expected: [
        [
          'unknown Update',
          '{"f:data":{".":{},"f:only":{}},"f:metadata":{"f:annotations":{".":{},"f:n":{}},"f:finalizers":{".":{},"v:\\"example.com/x\\"":{}},"f:labels":{".":{},"f:app":{}}}}',
        ],
      ],
    },
    {
      change: ({ metadata: { finalizers: _, ...metadata } }) => ({ metadata, data: { only: 'this' } }),
      expected: [
        [
          'unknown Update',
          '{"f:data":{".":{},"f:only":{}},"f:metadata":{"f:annotations":{".":{},"f:n":{}},"f:labels":{".":{},"f:app":{}}}}',
        ],
      ],
    },
  ]);
  t.end();
});

tap.test('status and spec have their own managers, as recorded', (t) => {
  const available = { type: 'Available', status: 'False', lastTransitionTime: 't', reason: 'R', message: 'm' };
  const custom = { type: 'Custom', status: 'True', lastTransitionTime: null, reason: 'R', message: 'm' };
  const created = ['unknown Update', '{"f:spec":{"f:group":{},"f:version":{}}}'] as [string, string];
  const condition = '".":{},"f:lastTransitionTime":{},"f:message":{},"f:reason":{},"f:status":{},"f:type":{}';
  const probed = `{"f:status":{"f:conditions":{".":{},"k:{\\"type\\":\\"Available\\"}":{${condition}}}}}`;
  const ours = `{"f:status":{"f:conditions":{"k:{\\"type\\":\\"Custom\\"}":{${condition}}}}}`;
  const onStatus = { subresource: 'status', resetFields: spec };
  replay(t, apiService, [
    {
      change: () => ({ metadata: { name: 'x' }, spec: { group: 'g', version: 'v1' }, status: {} }),
      resetFields: status,
      expected: [created],
    },
    {
      change: (object) => ({ ...object, status: { conditions: [available] } }),
      ...onStatus,
      manager: 'kube-apiserver',
      expected: [['kube-apiserver Update status', probed], created],
    },
    // A status that the main resource does not write is nobody's loss.
    {
      change: (object) => ({
        ...object,
        spec: { group: 'g', version: 'v1', versionPriority: 16 },
        status: { conditions: [] },
      }),
      resetFields: status,
      keeps: 'status',
      expected: [
        ['kube-apiserver Update status', probed],
        ['unknown Update', '{"f:spec":{"f:group":{},"f:version":{},"f:versionPriority":{}}}'],
      ],
    },
    {
      change: (object) => ({ ...object, spec: { versionPriority: 99 }, status: { conditions: [custom] } }),
      ...onStatus,
      expected: [
        ['kube-apiserver Update status', '{"f:status":{"f:conditions":{}}}'],
        ['unknown Update', '{"f:spec":{"f:group":{},"f:version":{},"f:versionPriority":{}}}'],
        ['unknown Update status', ours],
      ],
      keeps: 'spec',
    },
    {
      change: (object) => ({ ...object, status: { conditions: [custom, available] } }),
      ...onStatus,
      manager: 'kube-apiserver',
      expected: [
        ['kube-apiserver Update status', probed],
        ['unknown Update', '{"f:spec":{"f:group":{},"f:version":{},"f:versionPriority":{}}}'],
        ['unknown Update status', ours],
      ],
    },
  ]);
  t.end();
});

tap.test('an update takes fields from others, and its time changes only when it gains something', (t) => {
  const one = { manager: 'one', at: 1 };
  const two = { manager: 'two', at: 2 };
  const labels = (values: object) => () => ({ metadata: { name: 'a', labels: values } });
  const object = replay(t, configMap, [
    {
      ...one,
      change: labels({ a: '1', b: '1' }),
      expected: [['one Update', '{"f:metadata":{"f:labels":{".":{},"f:a":{},"f:b":{}}}}']],
    },
    {
      ...two,
      change: labels({ a: '1', b: '2', c: '2' }),
      expected: [
        ['one Update', '{"f:metadata":{"f:labels":{".":{},"f:a":{}}}}'],
        ['two Update', '{"f:metadata":{"f:labels":{"f:b":{},"f:c":{}}}}'],
      ],
    },
    // Nothing changes, then only something goes: the times stay.
    {
      ...one,
      at: 3,
      change: labels({ a: '1', b: '2', c: '2' }),
      expected: [
        ['one Update', '{"f:metadata":{"f:labels":{".":{},"f:a":{}}}}'],
        ['two Update', '{"f:metadata":{"f:labels":{"f:b":{},"f:c":{}}}}'],
      ],
    },
    {
      ...one,
      at: 4,
      change: labels({ a: '1', c: '2' }),
      expected: [
        ['one Update', '{"f:metadata":{"f:labels":{".":{},"f:a":{}}}}'],
        ['two Update', '{"f:metadata":{"f:labels":{"f:c":{}}}}'],
      ],
    },
    // Who is left with nothing vanishes; the younger entry is last.
    {
      ...one,
      at: 5,
      change: labels({ a: '5', c: '5' }),
      expected: [['one Update', '{"f:metadata":{"f:labels":{".":{},"f:a":{},"f:c":{}}}}']],
    },
    {
      ...two,
      at: 6,
      change: labels({ a: '5', c: '6' }),
      expected: [
        ['one Update', '{"f:metadata":{"f:labels":{".":{},"f:a":{}}}}'],
        ['two Update', '{"f:metadata":{"f:labels":{"f:c":{}}}}'],
      ],
    },
    {
      ...one,
      at: 7,
      change: labels({ a: '7', c: '6' }),
      expected: [
        ['two Update', '{"f:metadata":{"f:labels":{"f:c":{}}}}'],
        ['one Update', '{"f:metadata":{"f:labels":{".":{},"f:a":{}}}}'],
      ],
    },
  ]);
  t.same(
    object?.metadata.managedFields?.map(({ time }) => time),
    ['1970-01-01T00:00:06Z', '1970-01-01T00:00:07Z'],
  );
  t.end();
});

const entry = (manager: string, fields: object, more: object = {}): ManagedFieldsEntry => ({
  manager,
  operation: 'Update',
  apiVersion: 'v1',
  time: '2026-01-01T00:00:00Z',
  fieldsType: 'FieldsV1',
  fieldsV1: fields as Record<string, unknown>,
  ...more,
});

const object = (data: object, managedFields?: unknown): KubernetesObject =>
  deepFreeze({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'a', uid: 'u', ...(managedFields === undefined ? {} : { managedFields }) },
    data,
  }) as unknown as KubernetesObject;

const update = (live: KubernetesObject, draft: KubernetesObject, more: Partial<UpdateOptions> = {}) =>
  updateManagedFields({ type: configMap, apiVersion: 'v1', manager: 'm', now: () => 0, live, draft, ...more });

tap.test('managedFields that a client writes count', (t) => {
  const stored = [entry('one', { 'f:data': { 'f:a': {} } })];
  const live = object({ a: '1', b: '1' }, stored);
  const sent = [entry('two', { 'f:data': { 'f:b': {}, '.': {} } }, { time: '2026-01-01T02:00:00.5+02:00' })];
  const taken = [entry('two', { 'f:data': { '.': {}, 'f:b': {} } })];
  const same = object({ a: '1', b: '1' });
  t.same(update(live, object({ a: '1', b: '1' }, sent)), taken, 'as an object');
  t.same(update(live, same, { requested: sent }), taken, 'on their own');
  t.same(update(live, object({ a: '1', b: '1' }, sent), { subresource: 'status' }), stored, 'but not on a subresource');
  for (const reset of [[], [{}]]) {
    t.equal(update(live, object({ a: '1', b: '1' }, reset)), undefined, `${JSON.stringify(reset)} forgets all`);
    t.equal(update(live, object({ a: '2' }), { requested: reset }), undefined, 'and does not start again');
  }
  // Clients that know nothing of ownership, or send what cannot be read, destroy nothing.
  const unreadable: unknown[] = [
    null,
    'x',
    [null],
    ['x', 'y'],
    [{}, {}],
    [{ ...sent[0], operation: 'Patch' }],
    [{ ...sent[0], apiVersion: undefined }],
    [{ ...sent[0], apiVersion: 5 }],
    [{ ...sent[0], fieldsType: undefined }],
    [{ ...sent[0], fieldsType: 'FieldsV2' }],
    [{ ...sent[0], fieldsType: 2 }],
    [{ ...sent[0], fieldsV1: { 'f:data': 5 } }],
    [{ ...sent[0], fieldsV1: [] }],
    [{ ...sent[0], manager: 5 }],
  ];
  for (const requested of unreadable) t.same(update(live, same, { requested }), stored, JSON.stringify(requested));
  t.same(
    update(object({}, [{ manager: 'x' }]), object({ a: '1' })),
    undefined,
    'what is stored may be unreadable as well',
  );
  t.equal(update(object({}), object({ a: '1' })), undefined, 'an object that is not tracked stays so');
  const [first] = update(object({}), object({ a: '1' }), { requested: sent }) ?? [];
  t.same(first, entry('m', { 'f:data': { 'f:a': {} } }, { time: '1970-01-01T00:00:00Z' }), 'until a client starts it');
  t.end();
});

tap.test('a write goes through when ownership cannot be worked out', (t) => {
  const stored = [entry('one', { 'f:data': { 'f:a': {} } })];
  const errors: unknown[] = [];
  const onError = (error: unknown) => errors.push(error);
  const broken = object({ a: 5 });
  t.same(update(object({ a: '1' }, stored), broken, { onError }), stored);
  t.match(errors[0], { message: '.data.a: expected string, got &value.valueUnstructured{Value:5}' });
  t.same(update(object({ a: 5 }, stored), object({ a: '1' })), stored, 'also without anyone who hears of it');
  const convert = () => {
    throw new Error('broken conversion');
  };
  const other = [entry('one', { 'f:data': { 'f:a': {} } }, { apiVersion: 'v2' })];
  t.same(update(object({ a: '1' }, other), object({ a: '2' }), { convert, onError }), other);
  t.match(errors[1], { message: 'broken conversion' });
  t.end();
});

tap.test('fields are looked at in the version in which they were written', (t) => {
  const renamed = newObjectType({ type: 'object', properties: { values: strings } });
  const stored = [
    entry('one', { 'f:data': { 'f:a': {}, 'f:b': {} } }),
    entry('two', { 'f:values': { 'f:a': {}, 'f:b': {} } }, { apiVersion: 'v2' }),
    entry('old', { 'f:data': { 'f:a': {} } }, { apiVersion: 'v0' }),
    entry('app', { 'f:values': { 'f:a': {} } }, { apiVersion: 'v2', operation: 'Apply' }),
  ];
  const convert: NonNullable<UpdateOptions['convert']> = (from, apiVersion) => {
    if (apiVersion !== 'v2') return undefined;
    const { data, ...rest } = from as unknown as Members;
    return { object: { ...rest, apiVersion, values: data } as unknown as KubernetesObject, type: renamed };
  };
  const live = object({ a: '1', b: '1' }, stored);
  t.same(update(live, object({ a: '2', b: '1' }), { convert })?.map(toRow), [
    ['m Update', '{"f:data":{"f:a":{}}}'],
    ['one Update', '{"f:data":{"f:b":{}}}'],
    ['two Update', '{"f:values":{"f:b":{}}}'],
  ]);
  // One manager may update in several versions; each is an entry.
  const twice = update(live, object({ a: '2', b: '2' }), { convert, manager: 'two' });
  t.same(twice?.map(toRow), [['two Update', '{"f:data":{"f:a":{},"f:b":{}}}']]);
  const without = update(object({ a: '1' }, [stored[2]]), object({ a: '1', b: '1' }));
  t.same(
    without?.map(toRow),
    [
      ['m Update', '{"f:data":{"f:b":{}}}'],
      ['old Update', '{"f:data":{"f:a":{}}}'],
    ],
    'without a conversion all versions are alike',
  );
  t.end();
});

tap.test('ownership follows the schema', (t) => {
  const granular = newObjectType({ type: 'object', properties: { data: strings } });
  const atomic = newObjectType({
    type: 'object',
    properties: { data: { ...strings, 'x-kubernetes-map-type': 'atomic' } },
  });
  const stored = [entry('one', { 'f:data': { 'f:a': {} } }), entry('two', { 'f:data': { 'f:b': {} } })];
  const live = object({ a: '1', b: '1' }, stored);
  t.same(update(live, live, { type: atomic })?.map(toRow), [
    ['one Update', '{"f:data":{}}'],
    ['two Update', '{"f:data":{}}'],
  ]);
  t.same(update(live, object({ a: '2', b: '1' }), { type: atomic })?.map(toRow), [['m Update', '{"f:data":{}}']]);
  const whole = object({ a: '1' }, [entry('one', { 'f:data': {} })]);
  t.same(update(whole, object({ a: '2' }), { type: granular })?.map(toRow), [
    ['m Update', '{"f:data":{"f:a":{}}}'],
    ['one Update', '{"f:data":{}}'],
  ]);
  t.end();
});

tap.test('old updates are joined when there are too many', (t) => {
  const at = (second: number) => ({ time: `2026-01-01T00:00:${String(second).padStart(2, '0')}Z` });
  const field = (name: string) => ({ 'f:data': { [`f:${name}`]: {} } });
  const data = Object.fromEntries(Array.from({ length: 14 }, (_, n) => [`k${n}`, '1']));
  const managers = (count: number) => Array.from({ length: count }, (_, n) => entry(`m${n}`, field(`k${n}`), at(n)));
  const write = (stored: ManagedFieldsEntry[]) =>
    (update(object(data, stored), object({ ...data, new: '1' }), { now: () => Date.UTC(2027) }) ?? []).map(toRow);
  t.same(write(managers(9)).length, 10);
  const joined = write(managers(10));
  t.equal(joined.length, 10);
  t.same(joined.slice(0, 2), [
    ['ancient-changes Update', '{"f:data":{"f:k0":{},"f:k1":{}}}'],
    ['m2 Update', '{"f:data":{"f:k2":{}}}'],
  ]);
  t.same(joined.at(-1), ['m Update', '{"f:data":{"f:new":{}}}']);
  // Those that were joined before are joined on; each version apart; appliers are not counted.
  const stored = [
    entry('ancient-changes', field('k0'), at(0)),
    entry('v2', field('k1'), { ...at(1), apiVersion: 'v2' }),
    entry('late', field('k2'), { ...at(2), subresource: 'status' }),
    ...managers(10).slice(3),
    entry('app', field('k9'), { operation: 'Apply' }),
  ];
  t.same(write(stored).slice(0, 3), [
    ['app Apply', '{"f:data":{"f:k9":{}}}'],
    ['v2 Update', '{"f:data":{"f:k1":{}}}'],
    ['ancient-changes Update', '{"f:data":{"f:k0":{},"f:k2":{}}}'],
  ]);
  const crowd = write(Array.from({ length: 3000 }, (_, n) => entry(`m${n}`, field(`k${n % 14}`))));
  t.equal(crowd.length, 10, 'from whatever number');
  // Joining does not forget changes that were joined earlier but are younger.
  const early = [...managers(10), entry('ancient-changes', field('k11'), at(30))];
  t.match(
    write(early).find(([who]) => who === 'ancient-changes Update'),
    ['ancient-changes Update', /k0.*k1.*k11/],
  );
  t.end();
});

tap.test('the manager is what the client calls itself', (t) => {
  const cases: [string | undefined, string | undefined, string][] = [
    ['me', 'kubectl/v1.36', 'me'],
    [undefined, 'my-tool/v1.2 (linux)', 'my-tool'],
    ['', 'curl', 'curl'],
    [undefined, undefined, ''],
    [undefined, '/x', ''],
    [undefined, 'a\tb\u0007c/1', 'abc'],
    [undefined, Buffer.from('é日/1').toString('latin1'), 'é日'],
    [undefined, 'x'.repeat(200), 'x'.repeat(128)],
    [undefined, `${'x'.repeat(127)}${Buffer.from('é').toString('latin1')}y`, 'x'.repeat(127)],
  ];
  for (const [manager, agent, expected] of cases) t.equal(toFieldManager(manager, agent), expected, String(agent));
  t.end();
});

tap.test('a write that changes nothing but times is none', (t) => {
  const old = [entry('one', { 'f:data': { 'f:a': {} } }), entry('two', { 'f:data': { 'f:b': {} } })];
  const late = { time: '2026-02-02T00:00:00Z' };
  const stored = { ...object({ a: '1' }, old), metadata: { ...object({}, old).metadata, resourceVersion: '5' } };
  const newer = [old[1], { ...old[0], ...late }] as ManagedFieldsEntry[];
  t.equal(keepManagedFieldsTimes(object({ a: '1' }, newer), stored), old);
  t.same(keepManagedFieldsTimes(object({ a: '2' }, newer), stored), newer, 'the object differs');
  const other = [old[1], entry('one', { 'f:data': { 'f:c': {} } })] as ManagedFieldsEntry[];
  t.same(keepManagedFieldsTimes(object({ a: '1' }, other), stored), other, 'the fields differ');
  t.same(keepManagedFieldsTimes(object({ a: '1' }, old.slice(1)), stored), old.slice(1), 'an entry went');
  t.equal(keepManagedFieldsTimes(object({ a: '1' }), stored), undefined);
  t.end();
});

tap.test('admission cannot leave managedFields that nobody can read', (t) => {
  const good = [entry('one', { 'f:data': {} })];
  t.same(restoreManagedFields(undefined, good), { managedFields: good });
  t.same(restoreManagedFields(good, undefined), { managedFields: undefined });
  const bad = [{ ...entry('one', {}), operation: 'x' }] as unknown as ManagedFieldsEntry[];
  t.same(restoreManagedFields(good, bad), {
    managedFields: good,
    warning:
      '.metadata.managedFields was in an invalid state after admission; this could be caused by an outdated mutating admission controller; please fix your requests: operation must be `Apply` or `Update`',
  });
  t.end();
});
