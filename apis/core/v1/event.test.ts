import t from 'tap';
import { newKindTester } from '../../../pkg/testing/kind-tester.ts';
import { eventKind } from './event.ts';

const { decode, createFault, cells } = newKindTester(eventKind);

const about = { involvedObject: { kind: 'ConfigMap', name: 'a', namespace: 'default' } };
const fresh = {
  ...about,
  eventTime: '2026-01-01T00:00:00Z',
  reportingComponent: 'example.com/c',
  reportingInstance: 'c-1',
  action: 'Doing',
  reason: 'Done',
};

t.test('what is not known is written as Go writes it, in its order', async (t) => {
  t.equal(
    JSON.stringify(await decode({ ...about, type: 'Normal', message: 'm', reason: 'R' })),
    '{"kind":"Event","apiVersion":"v1","metadata":{"name":"a","namespace":"default"},"involvedObject":{"kind":"ConfigMap","namespace":"default","name":"a"},"reason":"R","message":"m","source":{},"firstTimestamp":null,"lastTimestamp":null,"type":"Normal","eventTime":null,"reportingComponent":"","reportingInstance":""}',
  );
  const full = await decode({
    involvedObject: { uid: '' },
    related: { kind: 'A', name: '' },
    source: { component: 'c', host: '' },
    firstTimestamp: '2026-01-01T02:00:00.9+02:00',
    eventTime: '2026-01-01T02:00:00+02:00',
    series: { count: 0 },
    count: 0,
    reason: '',
  });
  t.match(full, {
    involvedObject: {},
    related: { kind: 'A' },
    source: { component: 'c' },
    firstTimestamp: '2026-01-01T00:00:00Z',
    eventTime: '2026-01-01T00:00:00.000000Z',
    series: { lastObservedTime: null },
  });
  for (const member of ['count', 'reason', 'message', 'action']) t.notOk(Object.hasOwn(full, member), member);
});

t.test('events are in the namespace of what they are about', async (t) => {
  const wrong = (namespace: string) =>
    `involvedObject.namespace: Invalid value: "${namespace}": does not match event.namespace`;
  const inNamespace = (namespace: string) => ({ metadata: { name: 'a', namespace } });
  t.equal(await createFault(about), '');
  t.equal(await createFault({ involvedObject: { namespace: 'other' } }), wrong('other'));
  t.equal(await createFault({}), '', 'what is in no namespace is told of in the default one');
  t.equal(await createFault(inNamespace('kube-system')), wrong(''));
  t.equal(await createFault({ ...fresh, involvedObject: {}, ...inNamespace('kube-system') }), '', 'the newer form');
  t.equal(await createFault({ ...fresh, involvedObject: {}, ...inNamespace('g') }), wrong(''));
  t.equal(await createFault({ ...fresh, ...inNamespace('g') }), '', 'the newer form may speak of other namespaces');
});

t.test('an event with a time says who reports what', async (t) => {
  t.equal(await createFault(fresh), '');
  const key =
    "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
  t.equal(
    await createFault({ ...about, eventTime: fresh.eventTime }),
    `[reportingComponent: Required value, reportingComponent: Invalid value: "": name part must be non-empty, reportingComponent: Invalid value: "": ${key}, reportingInstance: Required value, action: Required value, reason: Required value]`,
  );
  const long = 'x'.repeat(129);
  for (const member of ['reportingInstance', 'action', 'reason']) {
    t.equal(
      await createFault({ ...fresh, [member]: long }),
      `${member}: Invalid value: "": can have at most 128 characters`,
    );
  }
  t.equal(
    await createFault({ ...fresh, message: 'é'.repeat(513) }),
    'message: Invalid value: "": can have at most 1024 characters',
    'bytes are counted',
  );
});

t.test('the table has the name last, in the wide form', async (t) => {
  const now = Date.UTC(2026, 0, 1, 1);
  t.same(
    eventKind.columns?.map(({ name, priority = 0 }) => `${name} ${priority}`),
    [
      'Last Seen 0',
      'Type 0',
      'Reason 0',
      'Object 0',
      'Subobject 1',
      'Source 1',
      'Message 0',
      'First Seen 1',
      'Count 1',
      'Name 1',
    ],
  );
  const often = {
    involvedObject: { kind: 'Pod', name: 'p', namespace: 'default', fieldPath: 'spec.containers{x}' },
    source: { component: 'kubelet', host: 'h' },
    firstTimestamp: '2026-01-01T00:00:00Z',
    lastTimestamp: '2026-01-01T00:59:00Z',
    count: 3,
    type: 'Warning',
    reason: 'Started',
    message: ' m ',
  };
  const row = ['60s', 'Warning', 'Started', 'pod/p', 'spec.containers{x}', 'kubelet, h', 'm', '60m', 3, 'a'];
  t.same(cells(await decode(often), now), row);
  t.same(cells(await decode({ ...fresh, involvedObject: { kind: 'Node' } }), now), [
    '60m',
    '',
    'Done',
    'node',
    '',
    'example.com/c, c-1',
    '',
    '60m',
    1,
    'a',
  ]);
  const series = { count: 7, lastObservedTime: '2026-01-01T00:59:30Z' };
  t.same(cells(await decode({ ...fresh, series }), now).slice(0, 1), ['30s']);
  t.same(cells(await decode({ ...fresh, series }), now)[8], 7);
  t.same(cells(await decode(about), now).slice(0, 1), ['<unknown>']);
});

t.test('fields by which events are selected', async (t) => {
  const { selectableFields = {} } = eventKind;
  const event = await decode({ ...fresh, type: 'Normal' });
  const values = Object.entries(selectableFields).map(([path, read]) => `${path}=${read(event)}`);
  t.same(values, [
    'involvedObject.kind=ConfigMap',
    'involvedObject.namespace=default',
    'involvedObject.name=a',
    'involvedObject.uid=',
    'involvedObject.apiVersion=',
    'involvedObject.resourceVersion=',
    'involvedObject.fieldPath=',
    'reason=Done',
    'reportingComponent=example.com/c',
    'source=example.com/c',
    'type=Normal',
  ]);
  t.equal(selectableFields['source']?.(await decode({ source: { component: 'k' } })), 'k');
});
