import tap from 'tap';
import type { KubernetesObject, ManagedFieldsEntry } from '../../../apis/meta/v1/types.ts';
import { isStatusError } from '../errors/status-error.ts';
import { deepFreeze, type JSONObject } from '../runtime/json.ts';
import type { Schema } from '../schema/schema.ts';
import { applyConfig, type ApplyOptions } from './apply-config.ts';
import { newFieldSetOfNames } from './field-set/field-set-builder.ts';
import { lastAppliedAnnotation } from './last-applied.ts';
import { newObjectType } from './typed/compile-type.ts';
import type { FieldType } from './typed/field-type.ts';
import { updateManagedFields } from './update-managed-fields.ts';

const string: Schema = { type: 'string' };
const strings: Schema = { type: 'object', additionalProperties: string };
const configMap = newObjectType({ type: 'object', properties: { data: strings, immutable: { type: 'boolean' } } });
const deployment = newObjectType({
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      properties: {
        replicas: { type: 'integer' },
        paused: { type: 'boolean' },
        args: { type: 'array', items: string },
        selector: { ...strings, 'x-kubernetes-map-type': 'atomic' },
        containers: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['name'],
          items: {
            type: 'object',
            properties: {
              name: string,
              image: string,
              ports: {
                type: 'array',
                'x-kubernetes-list-type': 'map',
                'x-kubernetes-list-map-keys': ['port', 'protocol'],
                items: {
                  type: 'object',
                  properties: { port: { type: 'integer' }, protocol: { type: 'string', default: 'TCP' } },
                },
              },
            },
          },
        },
        free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
      },
    },
    status: { type: 'object', properties: { phase: string } },
  },
});

type Members = { [member: string]: unknown };

/** An object of one kind, to which writes are sent as to a server. */
class Subject {
  live: KubernetesObject | undefined;
  #second = 0;
  readonly type: FieldType;

  constructor(type: FieldType) {
    this.type = type;
  }

  apply(manager: string, members: Members, more: Partial<ApplyOptions> = {}): KubernetesObject {
    const config = deepFreeze(toObject(members));
    const options = { type: this.type, apiVersion: 'v1', kind: 'K', manager, force: false, ...more };
    return this.#store(applyConfig({ config, now: this.#newClock(), live: this.live, ...options }));
  }

  update(manager: string, members: Members): KubernetesObject {
    const draft = toObject(members);
    const options = { type: this.type, apiVersion: 'v1', manager, now: this.#newClock(), live: this.live };
    const managedFields = updateManagedFields({ ...options, draft: deepFreeze(draft) as KubernetesObject });
    const { managedFields: _, ...metadata } = draft.metadata as Members;
    return this.#store({ ...draft, metadata: { ...metadata, ...(managedFields && { managedFields }) } });
  }

  /** Puts an object where nobody looked, as defaults and admission do. */
  store(members: Members): KubernetesObject {
    const { managedFields } = this.live?.metadata ?? {};
    const object = toObject(members);
    return this.#store({ ...object, metadata: { ...object.metadata, ...(managedFields && { managedFields }) } });
  }

  get managers(): string[] {
    return (this.live?.metadata.managedFields ?? []).map(toRow);
  }

  /** What others than the machinery see of the object. */
  get content(): unknown {
    const {
      apiVersion: _,
      kind: __,
      metadata,
      ...rest
    } = structuredClone(this.live ?? { metadata: {} }) as Members & {
      metadata: Members;
    };
    const { name: ___, managedFields: ____, ...more } = metadata;
    return Object.keys(more).length === 0 ? rest : { metadata: more, ...rest };
  }

  #store(object: KubernetesObject): KubernetesObject {
    this.live = deepFreeze(structuredClone(object));
    return this.live;
  }

  // Each write has a second of its own.
  #newClock(): () => number {
    this.#second++;
    const now = Date.UTC(2026, 0, 1, 0, 0, this.#second);
    return () => now;
  }
}

function toObject({ metadata, ...rest }: Members): Members & KubernetesObject {
  return { apiVersion: 'v1', kind: 'K', metadata: { name: 'x', ...(metadata as Members | undefined) }, ...rest };
}

function toRow({ manager, operation, subresource, time, fieldsV1 }: ManagedFieldsEntry): string {
  const when = time === undefined ? 'never' : String(Number(time.slice(17, 19)));
  return [manager, operation, ...(subresource === undefined ? [] : [subresource]), when, JSON.stringify(fieldsV1)].join(
    ' ',
  );
}

function failureOf(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    if (isStatusError(error)) return error.status;
    throw error;
  }
  return 'no failure';
}

const failure = (code: number, reason: string, message: string) => ({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  message,
  ...(reason === '' ? {} : { reason }),
  code,
});

tap.test('a ConfigMap is applied by several managers, as recorded', (t) => {
  const subject = new Subject(configMap);
  const first = { metadata: { labels: { l: '1' } }, data: { x: '1', true: '1' } };
  const one = 'one Apply 1 {"f:data":{"f:true":{},"f:x":{}},"f:metadata":{"f:labels":{"f:l":{}}}}';
  subject.apply('one', first);
  t.same(subject.managers, [one], 'apply-create');
  t.same(subject.content, { metadata: { labels: { l: '1' } }, data: { true: '1', x: '1' } });
  const before = subject.live;
  subject.apply('one', first);
  t.same(subject.live, before, 'apply-same');
  subject.apply('one', { ...first, metadata: { labels: { l: '1' }, managedFields: null } });
  t.same(subject.live, before, 'null managedFields are none');
  t.same(
    failureOf(() => subject.apply('two', { data: { x: '2', y: '2' } })),
    {
      ...failure(409, 'Conflict', 'Apply failed with 1 conflict: conflict with "one": .data.x'),
      details: { causes: [{ reason: 'FieldManagerConflict', message: 'conflict with "one"', field: '.data.x' }] },
    },
    'apply-conflict-two-fields',
  );
  subject.apply('two', { data: { x: '2' } }, { force: true });
  t.same(
    subject.managers,
    ['one Apply 1 {"f:data":{"f:true":{}},"f:metadata":{"f:labels":{"f:l":{}}}}', 'two Apply 5 {"f:data":{"f:x":{}}}'],
    'apply-force',
  );
  t.same(subject.content, { metadata: { labels: { l: '1' } }, data: { true: '1', x: '2' } });
  subject.apply('one', { metadata: { labels: { l: '1' } }, data: {} });
  t.same(
    subject.managers.toSorted(),
    ['one Apply 6 {"f:data":{},"f:metadata":{"f:labels":{"f:l":{}}}}', 'two Apply 5 {"f:data":{"f:x":{}}}'],
    'apply-drop-field',
  );
  t.same(subject.content, { metadata: { labels: { l: '1' } }, data: { x: '2' } });
  // Who changes nothing has an entry without a time.
  subject.apply('three', { data: { x: '2' } });
  t.same(
    subject.managers,
    [
      'three Apply never {"f:data":{"f:x":{}}}',
      'two Apply 5 {"f:data":{"f:x":{}}}',
      'one Apply 6 {"f:data":{},"f:metadata":{"f:labels":{"f:l":{}}}}',
    ],
    'apply-shared',
  );
  subject.update('upd', { data: { x: 'u', z: 'u' } });
  t.same(
    subject.managers,
    ['one Apply 6 {"f:data":{}}', 'upd Update 8 {"f:data":{"f:x":{},"f:z":{}}}'],
    'apply-update-then-apply',
  );
  subject.update('kubectl', { metadata: { managedFields: [{}] }, data: { x: 'u', z: 'u' } });
  t.same(
    subject.live,
    { apiVersion: 'v1', kind: 'K', metadata: { name: 'x' }, data: { x: 'u', z: 'u' } },
    'managed-fields-reset',
  );
  t.end();
});

tap.test('a config that cannot be applied is refused, as recorded', (t) => {
  const subject = new Subject(configMap);
  subject.apply('one', { data: { a: '1' } });
  const refused = (config: JSONObject, more: Partial<ApplyOptions> = {}) =>
    failureOf(() =>
      applyConfig({
        type: configMap,
        apiVersion: 'v1',
        kind: 'K',
        manager: 'm',
        force: true,
        now: () => 0,
        live: subject.live,
        config,
        ...more,
      }),
    );
  const head = { apiVersion: 'v1', kind: 'K' };
  const cases: [JSONObject, unknown][] = [
    [{ metadata: { name: 'x' }, data: {} }, failure(400, 'BadRequest', 'invalid object type: /, Kind=')],
    [{ ...head, kind: 'L' }, failure(400, 'BadRequest', 'invalid object type: /v1, Kind=L')],
    [{ ...head, apiVersion: 'g/v1' }, failure(400, 'BadRequest', 'invalid object type: g/v1, Kind=K')],
    [{ ...head, apiVersion: 'g/v/1' }, failure(400, 'BadRequest', 'invalid object type: /, Kind=')],
    [{ apiVersion: 5, kind: null }, failure(400, 'BadRequest', 'invalid object type: /, Kind=')],
    [
      { ...head, metadata: { managedFields: [{ manager: 'x', operation: 'Apply' }] } },
      failure(400, 'BadRequest', 'metadata.managedFields must be nil'),
    ],
    [{ ...head, metadata: { managedFields: [] } }, failure(400, 'BadRequest', 'metadata.managedFields must be nil')],
    [
      { ...head, metadata: { name: 'applied' }, data: { a: '1' }, nope: 1 },
      failure(
        500,
        '',
        'failed to create typed patch object (/applied; /v1, Kind=K): .nope: field not declared in schema',
      ),
    ],
    [
      { ...head, metadata: { name: 'x', namespace: 'g' }, data: { a: 1 }, immutable: 'x' },
      failure(
        500,
        '',
        'failed to create typed patch object (g/x; /v1, Kind=K): errors:\n  .data.a: expected string, got &value.valueUnstructured{Value:1}\n  .immutable: expected boolean, got &{x}',
      ),
    ],
    [
      { ...head, metadata: 'x' },
      failure(500, '', 'failed to create typed patch object (/; /v1, Kind=K): .metadata: expected map, got &{x}'),
    ],
  ];
  for (const [config, expected] of cases) t.same(refused(deepFreeze(config)), expected, JSON.stringify(config));
  const live = { ...head, metadata: { name: 'x' }, data: { a: 5 } } as unknown as KubernetesObject;
  t.match(refused(head, { live }), {
    message:
      'failed to create typed live object (/x; /v1, Kind=K): .data.a: expected string, got &value.valueUnstructured{Value:5}',
    code: 500,
  });
  const managedFields = [{ manager: 'x' }] as ManagedFieldsEntry[];
  t.match(refused(head, { live: { ...head, metadata: { managedFields } } }), {
    message: 'failed to decode managed fields: operation must be `Apply` or `Update`',
    code: 500,
  });
  const group = {
    type: configMap,
    apiVersion: 'apps/v1',
    kind: 'K',
    manager: 'm',
    force: false,
    now: () => 0,
    live: undefined,
  };
  t.match(applyConfig({ ...group, config: { apiVersion: 'apps/v1', kind: 'K' } }), { apiVersion: 'apps/v1' });
  t.end();
});

tap.test('conflicts name managers and fields in order', (t) => {
  const subject = new Subject(deployment);
  subject.update('zed', { spec: { replicas: 1, containers: [{ name: 'a', image: 'i', ports: [{ port: 80 }] }] } });
  subject.update('kubectl-client-side-apply', {
    metadata: { finalizers: ['f'] },
    spec: { replicas: 2, paused: true, containers: [{ name: 'a', image: 'i', ports: [{ port: 80 }] }] },
  });
  const one = failureOf(() => subject.apply('m', { spec: { replicas: 3 } }));
  t.match(one, {
    message: 'Apply failed with 1 conflict: conflict with "kubectl-client-side-apply" using v1: .spec.replicas',
  });
  const several = failureOf(() =>
    subject.apply('m', {
      spec: {
        paused: false,
        replicas: 3,
        containers: [{ name: 'a', image: 'j', ports: [{ port: 80, protocol: 'TCP' }] }],
      },
    }),
  );
  const causes = [
    ['conflict with "kubectl-client-side-apply" using v1', '.spec.paused'],
    ['conflict with "kubectl-client-side-apply" using v1', '.spec.replicas'],
    ['conflict with "zed" using v1', '.spec.containers[name="a"].image'],
  ].map(([message, field]) => ({ reason: 'FieldManagerConflict', message, field }));
  t.same(several, {
    ...failure(
      409,
      'Conflict',
      'Apply failed with 3 conflicts: conflicts with "kubectl-client-side-apply" using v1:\n- .spec.paused\n- .spec.replicas\nconflicts with "zed" using v1:\n- .spec.containers[name="a"].image',
    ),
    details: { causes },
  });
  const metadata = subject.live?.metadata ?? {};
  const onStatus = metadata.managedFields?.map((entry) => ({ ...entry, subresource: 'status' })) ?? [];
  const live = { ...subject.live, metadata: { ...metadata, managedFields: onStatus } } as KubernetesObject;
  t.match(
    failureOf(() => subject.apply('m', { spec: { replicas: 3 } }, { live })),
    {
      message:
        'Apply failed with 1 conflict: conflict with "kubectl-client-side-apply" with subresource "status" using v1: .spec.replicas',
    },
  );
  t.end();
});

tap.test('what is not applied any more goes, unless somebody else has it', (t) => {
  const subject = new Subject(deployment);
  const port = (n: number) => ({ port: n, protocol: 'TCP' });
  const a = (...ports: object[]) => ({ name: 'a', image: 'i', ports });
  subject.apply('one', {
    spec: { replicas: 1, containers: [a(port(80), port(81)), { name: 'b', image: 'i' }], free: { x: { y: 1, z: 2 } } },
  });
  // Another one shares an item and puts a field into it; a third has written without applying.
  subject.apply('two', { spec: { containers: [{ name: 'b', image: 'i' }] } });
  subject.update('ctl', {
    metadata: { labels: { app: 'x' } },
    spec: {
      replicas: 1,
      containers: [a(port(80), port(81), port(90)), { name: 'b', image: 'i', ports: [port(1)] }],
      free: { x: { y: 1, z: 2, own: 3 } },
    },
  });
  subject.apply('one', { spec: { containers: [a(port(81))] } });
  t.same(subject.content, {
    metadata: { labels: { app: 'x' } },
    // An entry of a map goes with all that is in it; `free` itself has nothing left.
    spec: { containers: [a(port(81), port(90)), { name: 'b', image: 'i', ports: [port(1)] }] },
  });
  t.same(subject.managers, [
    'two Apply never {"f:spec":{"f:containers":{"k:{\\"name\\":\\"b\\"}":{".":{},"f:image":{},"f:name":{}}}}}',
    'one Apply 4 {"f:spec":{"f:containers":{"k:{\\"name\\":\\"a\\"}":{".":{},"f:image":{},"f:name":{},"f:ports":{"k:{\\"port\\":81,\\"protocol\\":\\"TCP\\"}":{".":{},"f:port":{},"f:protocol":{}}}}}}}',
    'ctl Update 3 {"f:metadata":{"f:labels":{".":{},"f:app":{}}},"f:spec":{"f:containers":{"k:{\\"name\\":\\"a\\"}":{"f:ports":{"k:{\\"port\\":90,\\"protocol\\":\\"TCP\\"}":{".":{},"f:port":{},"f:protocol":{}}}},"k:{\\"name\\":\\"b\\"}":{"f:ports":{".":{},"k:{\\"port\\":1,\\"protocol\\":\\"TCP\\"}":{".":{},"f:port":{},"f:protocol":{}}}}}}}',
  ]);
  // So does an item of a list; one that another applier has as well stays.
  subject.apply('one', {});
  t.same(subject.content, {
    metadata: { labels: { app: 'x' } },
    spec: { containers: [{ name: 'b', image: 'i', ports: [port(1)] }] },
  });
  t.same(subject.managers, [
    'two Apply never {"f:spec":{"f:containers":{"k:{\\"name\\":\\"b\\"}":{".":{},"f:image":{},"f:name":{}}}}}',
    'ctl Update 3 {"f:metadata":{"f:labels":{".":{},"f:app":{}}},"f:spec":{"f:containers":{"k:{\\"name\\":\\"b\\"}":{"f:ports":{".":{},"k:{\\"port\\":1,\\"protocol\\":\\"TCP\\"}":{".":{},"f:port":{},"f:protocol":{}}}}}}}',
  ]);
  t.end();
});

tap.test('what an applier shares or never had does not go with it', (t) => {
  const cases: {
    what: string;
    applied: Members;
    others?: (subject: Subject) => void;
    next?: Members;
    left: Members;
  }[] = [
    {
      what: 'alone',
      applied: { spec: { replicas: 1, paused: true } },
      next: { spec: { paused: true } },
      left: { spec: { paused: true } },
    },
    { what: 'nothing is left', applied: { spec: { replicas: 1 } }, left: {} },
    {
      what: 'co-owned by an applier',
      applied: { spec: { replicas: 1, paused: true } },
      others: (subject) => subject.apply('two', { spec: { replicas: 1 } }),
      left: { spec: { replicas: 1 } },
    },
    {
      what: 'taken over by an update',
      applied: { spec: { replicas: 1, paused: true } },
      others: (subject) => subject.update('u', { spec: { replicas: 2, paused: true } }),
      left: { spec: { replicas: 2 } },
    },
    {
      what: 'deleted by an update already',
      applied: { spec: { replicas: 1, paused: true } },
      others: (subject) => subject.update('u', { spec: { paused: true } }),
      left: {},
    },
    {
      what: 'untracked fields, such as defaults',
      applied: { spec: { replicas: 1 }, status: { phase: 'x' } },
      others: (subject) => subject.store({ spec: { replicas: 1, paused: false, args: ['d'] }, status: { phase: 'x' } }),
      next: { spec: { paused: false } },
      left: { spec: { paused: false, args: ['d'] } },
    },
    {
      what: 'untracked fields go with a struct of which nobody owns anything',
      applied: { spec: { replicas: 1 } },
      others: (subject) => subject.store({ spec: { replicas: 1, paused: false } }),
      left: {},
    },
    {
      what: 'untracked members of an item of a list go with it',
      applied: { spec: { containers: [{ name: 'a' }, { name: 'b' }] } },
      others: (subject) =>
        subject.store({
          spec: {
            containers: [
              { name: 'a', image: 'default' },
              { name: 'b', image: 'default' },
            ],
          },
        }),
      next: { spec: { containers: [{ name: 'b' }] } },
      left: { spec: { containers: [{ name: 'b', image: 'default' }] } },
    },
    {
      what: 'untracked entries of a map',
      applied: { metadata: { labels: { a: '1', c: '3' } } },
      others: (subject) => subject.store({ metadata: { labels: { a: '1', b: '2', c: '3' } } }),
      next: { metadata: { labels: { c: '3' } } },
      left: { metadata: { labels: { b: '2', c: '3' } } },
    },
    {
      what: 'an atomic map as a whole',
      applied: { spec: { selector: { a: '1' }, args: ['x'] } },
      others: (subject) => subject.apply('two', { spec: { args: ['x'] } }),
      left: { spec: { args: ['x'] } },
    },
    {
      what: 'a finalizer',
      applied: { metadata: { finalizers: ['a', 'b'] } },
      others: (subject) => subject.update('u', { metadata: { finalizers: ['a', 'b', 'c'] } }),
      next: { metadata: { finalizers: ['b'] } },
      left: { metadata: { finalizers: ['b', 'c'] } },
    },
    {
      what: 'null stands for a value that is cleared',
      applied: { spec: { replicas: 1 } },
      next: { spec: { replicas: null } },
      left: { spec: { replicas: null } },
    },
  ];
  for (const { what, applied, others, next = {}, left } of cases) {
    const subject = new Subject(deployment);
    subject.apply('one', applied);
    others?.(subject);
    subject.apply('one', next);
    t.same(subject.content, left, what);
  }
  t.end();
});

tap.test('a forced apply takes fields, a second applier shares them', (t) => {
  const subject = new Subject(deployment);
  subject.update('u', { spec: { replicas: 1, paused: true } });
  subject.apply('one', { spec: { replicas: 1 } });
  t.same(
    subject.managers,
    ['one Apply never {"f:spec":{"f:replicas":{}}}', 'u Update 1 {"f:spec":{"f:paused":{},"f:replicas":{}}}'],
    'the same value is no conflict',
  );
  subject.apply('one', { spec: { replicas: 2, paused: null } }, { force: true });
  t.same(subject.managers, ['one Apply 3 {"f:spec":{"f:paused":{},"f:replicas":{}}}']);
  // Removing another one's field is no conflict either; it was not his any more.
  subject.apply('one', { spec: { replicas: 2 } });
  t.same(subject.content, { spec: { replicas: 2 } });
  subject.apply('', { spec: { replicas: 2 } });
  t.same(subject.managers, [
    'unknown Apply never {"f:spec":{"f:replicas":{}}}',
    'one Apply 4 {"f:spec":{"f:replicas":{}}}',
  ]);
  // Applying from another version keeps the one entry.
  subject.apply(
    'one',
    { apiVersion: 'v2', spec: { replicas: 2 } },
    { apiVersion: 'v2', live: { ...subject.live, apiVersion: 'v2' } as KubernetesObject },
  );
  t.same(
    subject.live?.metadata.managedFields?.map(({ manager, apiVersion }) => [manager, apiVersion]),
    [
      ['unknown', 'v1'],
      ['one', 'v2'],
    ],
  );
  t.end();
});

tap.test('what was there before the first apply belongs to its own manager', (t) => {
  const subject = new Subject(deployment);
  subject.store({ metadata: { labels: { a: '1' }, uid: 'u' }, spec: { replicas: 1 } });
  t.match(
    failureOf(() => subject.apply('one', { spec: { replicas: 2 } })),
    {
      message: 'Apply failed with 1 conflict: conflict with "before-first-apply" using v1: .spec.replicas',
    },
  );
  subject.apply('one', { spec: { replicas: 2, paused: true } }, { force: true });
  t.same(subject.managers, [
    'one Apply 2 {"f:spec":{"f:paused":{},"f:replicas":{}}}',
    'before-first-apply Update 2 {"f:metadata":{"f:labels":{".":{},"f:a":{}}}}',
  ]);
  subject.update('x', { metadata: { managedFields: [] }, spec: { replicas: 2 } });
  subject.apply('two', { metadata: { labels: { b: '1' } } }, { subresource: 'status' });
  t.same(subject.managers, [
    'two Apply status 4 {"f:metadata":{"f:labels":{"f:b":{}}}}',
    'before-first-apply Update status 4 {"f:spec":{"f:replicas":{}}}',
  ]);
  t.end();
});

tap.test('fields that a resource does not write are neither owned nor in conflict', (t) => {
  const subject = new Subject(deployment);
  const resetFields = newFieldSetOfNames([['status']]);
  subject.update('ctl', { spec: { replicas: 1 }, status: { phase: 'Ready' } });
  subject.apply('one', { spec: { paused: true }, status: { phase: 'Mine' } }, { resetFields });
  t.same(subject.managers, [
    'one Apply 2 {"f:spec":{"f:paused":{}}}',
    'ctl Update 1 {"f:spec":{"f:replicas":{}},"f:status":{"f:phase":{}}}',
  ]);
  subject.apply('one', { status: { phase: 'Other' } }, { resetFields });
  t.same(subject.managers, ['ctl Update 1 {"f:spec":{"f:replicas":{}},"f:status":{"f:phase":{}}}']);
  t.end();
});

const lastApplied = (members: Members) => ({
  annotations: { [lastAppliedAnnotation]: `${JSON.stringify(toObject(members))}\n` },
});

tap.test('kubectl takes over what client-side apply wrote', (t) => {
  const written = { data: { a: '1', b: '1' } };
  const clientSide = () => {
    const subject = new Subject(configMap);
    subject.update('kubectl-client-side-apply', { metadata: lastApplied(written), ...written });
    return subject;
  };
  const subject = clientSide();
  subject.apply('kubectl', { data: { a: '2', c: '<&>' } });
  t.same(subject.live?.metadata.annotations, {
    [lastAppliedAnnotation]:
      '{"apiVersion":"v1","data":{"a":"2","c":"\\u003c\\u0026\\u003e"},"kind":"K","metadata":{"name":"x"}}\n',
  });
  t.same((subject.live as Members | undefined)?.['data'], { a: '2', b: '1', c: '<&>' });
  const own = '"f:metadata":{"f:annotations":{".":{},"f:kubectl.kubernetes.io/last-applied-configuration":{}}}';
  t.same(subject.managers, [
    'kubectl Apply 2 {"f:data":{"f:a":{},"f:c":{}}}',
    `kubectl-client-side-apply Update 1 {"f:data":{".":{},"f:b":{}},${own}}`,
  ]);
  t.match(
    failureOf(() => clientSide().apply('other', { data: { a: '2' } })),
    { code: 409 },
    'kubectl only',
  );
  // What somebody else has changed since is in conflict, and only that.
  const changed = clientSide();
  changed.update('editor', { metadata: lastApplied(written), data: { a: '1', b: '5' } });
  t.match(
    failureOf(() => changed.apply('kubectl', { data: { a: '2', b: '2' } })),
    {
      message: 'Apply failed with 1 conflict: conflict with "editor" using v1: .data.b',
    },
  );
  // An annotation that says nothing of use allows nothing.
  const bad = [
    '',
    '{',
    '[]',
    '[',
    `{"a":${'['.repeat(100_000)}`,
    JSON.stringify({ apiVersion: 'v2', kind: 'K', data: { a: '1' } }),
    JSON.stringify({ apiVersion: 'v1', kind: 'K', data: { a: 1 } }),
    JSON.stringify({ apiVersion: 'v1', kind: 'K', data: { a: '3' } }),
  ];
  for (const annotation of bad) {
    const broken = new Subject(configMap);
    broken.update('u', { metadata: { annotations: { [lastAppliedAnnotation]: annotation } }, ...written });
    const { message } = failureOf(() => broken.apply('kubectl', { data: { a: '2' } })) as { message: string };
    t.equal(message, 'Apply failed with 1 conflict: conflict with "u" using v1: .data.a', annotation.slice(0, 30));
  }
  t.end();
});

tap.test('the annotation of client-side apply is kept in step', (t) => {
  const subject = new Subject(configMap);
  subject.apply('kubectl', { data: { a: '1' } });
  t.equal(subject.live?.metadata.annotations, undefined, 'where there is one');
  subject.update('u', { metadata: { annotations: { [lastAppliedAnnotation]: '{}', n: '1' } }, data: { a: '1' } });
  subject.apply('other', { data: { a: '1' } });
  t.equal(subject.live?.metadata.annotations?.[lastAppliedAnnotation], '{}', 'by kubectl');
  subject.apply('kubectl', { metadata: lastApplied({}), data: { a: '1' } }, { force: true });
  t.same(subject.live?.metadata.annotations, {
    n: '1',
    [lastAppliedAnnotation]:
      '{"apiVersion":"v1","data":{"a":"1"},"kind":"K","metadata":{"annotations":{},"name":"x"}}\n',
  });
  subject.apply('kubectl', { metadata: lastApplied({}), data: { a: 'x'.repeat(270_000) } });
  t.same(subject.live?.metadata.annotations, { n: '1' }, 'unless it became too long');
  t.end();
});

tap.test('kubectl moves client-side ownership over by a patch of managedFields', (t) => {
  const subject = new Subject(configMap);
  subject.update('kubectl-client-side-apply', { data: { a: '1' } });
  const moved = subject.live?.metadata.managedFields?.map((entry) => ({
    ...entry,
    manager: 'kubectl',
    operation: 'Apply',
  }));
  subject.update('kubectl', { metadata: { managedFields: moved }, data: { a: '1' } });
  t.same(subject.managers, ['kubectl Apply 1 {"f:data":{".":{},"f:a":{}}}']);
  subject.apply('kubectl', { data: { b: '2' } });
  t.same(subject.content, { data: { b: '2' } });
  t.end();
});

tap.test('strange managedFields and deep objects do no harm', (t) => {
  const subject = new Subject(deployment);
  subject.apply('one', { spec: { containers: [{ name: 'a', image: 'i' }] } });
  const [applied] = subject.live?.metadata.managedFields ?? [];
  const item = { 'k:{"name":"a"}': { '.': {} } };
  const odd = [
    applied,
    {
      ...applied,
      manager: 'odd',
      operation: 'Update',
      fieldsV1: { 'f:spec': { 'f:containers': item, 'f:replicas': { 'f:x': {} } } },
    },
    { ...applied, manager: 'lost', fieldsV1: { 'f:nope': { 'k:{"a":1}': {}, 'v:1': {}, 'i:5': {} }, 'k:{"b":2}': {} } },
  ];
  subject.update('u', { metadata: { managedFields: odd }, spec: { containers: [{ name: 'a', image: 'i' }] } });
  subject.apply('one', {});
  t.same(subject.content, { spec: { containers: [{ name: 'a' }] } }, 'an item that stays keeps its keys');
  let deep: unknown = 'x';
  for (let depth = 0; depth < 990; depth++) deep = { a: deep };
  subject.apply('deep', { spec: { free: deep } });
  subject.apply('deep', { spec: { free: { a: 1 } } });
  subject.apply('deep', {});
  t.same(subject.content, { spec: { containers: [{ name: 'a' }] } });
  const polluted = JSON.parse('{"spec":{"free":{"__proto__":{"x":1},"constructor":{"prototype":1}}}}') as Members;
  subject.apply('odd', polluted);
  t.match(JSON.stringify(subject.live), '"free":{"__proto__":{"x":1},"constructor":{"prototype":1}}');
  t.match(JSON.stringify(subject.live), '"f:free":{"f:__proto__":{".":{},"f:x":{}},"f:constructor"');
  subject.apply('odd', {});
  t.same(subject.content, { spec: { containers: [{ name: 'a' }] } });
  t.equal(({} as Members)['x'], undefined);
  const convert = (object: KubernetesObject) => ({
    object: { ...object, spec: { containers: [null] } } as KubernetesObject,
    type: deployment,
  });
  const other = {
    live: { ...subject.live, metadata: { managedFields: [{ ...applied, apiVersion: 'v2' }] } } as KubernetesObject,
  };
  t.match(
    failureOf(() => subject.apply('one', {}, { ...other, convert })),
    {
      code: 500,
      message: 'failed to merge config: associative list with keys may not have a null element',
    },
  );
  t.end();
});

tap.test('a large quarrel is told in a short answer', (t) => {
  const subject = new Subject(deployment);
  const nest = (leaf: unknown) => {
    let value = leaf;
    for (let depth = 0; depth < 500; depth++) value = { n: value };
    return { spec: { free: value } };
  };
  const leaves = (value: unknown) => Object.fromEntries(Array.from({ length: 50_000 }, (_, n) => [`k${n}`, value]));
  const started = performance.now();
  subject.apply('one', nest(leaves(1)));
  const { message, details } = failureOf(() => subject.apply('two', nest(leaves(2)))) as {
    message: string;
    details: { causes: unknown[] };
  };
  t.match(message, /^Apply failed with 50000 conflicts: conflicts with "one":\n- \.spec\.free/);
  t.ok(message.length < 100_000 && details.causes.length < 100);
  const wrong = { metadata: { labels: leaves(1) } };
  t.ok((failureOf(() => subject.apply('two', wrong)) as { message: string }).message.length < 100_000);
  const list = Array.from({ length: 20_000 }, (_, n) => ({ name: `c${n}`, image: 'i' }));
  subject.apply('one', { spec: { containers: list } });
  subject.apply('one', { spec: { containers: list.toReversed() } });
  subject.apply('one', {});
  t.same(subject.content, {});
  t.ok(performance.now() - started < 60_000, 'no work that grows with the square');
  t.end();
});

tap.test('what a manager applied in another version is pruned in that version', (t) => {
  const renamed = newObjectType({ type: 'object', properties: { values: strings } });
  const convert: NonNullable<ApplyOptions['convert']> = (from, apiVersion) => {
    const { data, values = data, apiVersion: _, ...rest } = from as unknown as Members;
    const member = values === undefined ? {} : { [apiVersion === 'v2' ? 'values' : 'data']: values };
    const object = { ...rest, apiVersion, ...member } as unknown as KubernetesObject;
    return apiVersion === 'v0' ? undefined : { object, type: apiVersion === 'v2' ? renamed : configMap };
  };
  const in2 = { type: renamed, apiVersion: 'v2', convert };
  const live2 = (subject: Subject) => convert(subject.live ?? ({} as KubernetesObject), 'v2')?.object;
  const subject = new Subject(configMap);
  subject.apply('one', { data: { a: '1', b: '1', c: '1' } });
  subject.apply('two', { data: { b: '1' } });
  subject.apply('one', { apiVersion: 'v2', values: { a: '1' } }, { ...in2, live: live2(subject) });
  t.same(subject.live, {
    apiVersion: 'v2',
    kind: 'K',
    metadata: { name: 'x', managedFields: subject.live?.metadata.managedFields },
    values: { a: '1', b: '1' },
  });
  t.same(subject.managers, ['two Apply never {"f:data":{"f:b":{}}}', 'one Apply 3 {"f:values":{"f:a":{}}}']);
  t.match(
    failureOf(() => subject.apply('three', { apiVersion: 'v2', values: { b: '2' } }, in2)),
    {
      message: 'Apply failed with 1 conflict: conflict with "two": .data.b',
    },
  );
  // What was applied in a version that is gone cannot be pruned, and its entry is dropped.
  const old = subject.live?.metadata.managedFields?.map((entry) => ({ ...entry, apiVersion: 'v0' })) ?? [];
  const { metadata } = subject.live as KubernetesObject;
  const live = { ...subject.live, metadata: { ...metadata, managedFields: old } } as KubernetesObject;
  subject.apply('one', { apiVersion: 'v2', values: { z: '1' } }, { ...in2, live });
  t.same(subject.managers, ['one Apply 5 {"f:values":{"f:z":{}}}']);
  t.same((subject.live as Members | undefined)?.['values'], { a: '1', b: '1', z: '1' });
  t.end();
});
