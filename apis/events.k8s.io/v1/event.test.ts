import t from 'tap';
import { newKindTester } from '../../../pkg/testing/kind-tester.ts';
import { eventKind as coreEventKind } from '../../core/v1/event.ts';
import type { KubernetesObject } from '../../meta/v1/types.ts';
import { eventKind } from './event.ts';

const { create, createFault, updateFault, cells } = newKindTester(eventKind);
const core = newKindTester(coreEventKind);

const event = {
  eventTime: '2026-01-01T00:00:00.000001Z',
  reportingController: 'example.com/c',
  reportingInstance: 'c-1',
  action: 'Doing',
  reason: 'Done',
  regarding: { kind: 'ConfigMap', name: 'a', namespace: 'default' },
  note: 'n',
  type: 'Normal',
};

t.test('it is stored as an event of core/v1, and comes back as it was', async (t) => {
  const given = await create({ ...event, series: { count: 2, lastObservedTime: '2026-01-01T00:00:00Z' } });
  const stored = eventKind.storedAs?.toStored(given) as KubernetesObject;
  const { reportingController, regarding, note, ...rest } = event;
  const expected = await core.create({
    ...rest,
    involvedObject: regarding,
    message: note,
    reportingComponent: reportingController,
    series: { count: 2, lastObservedTime: '2026-01-01T00:00:00Z' },
  });
  const named = { ...stored, apiVersion: 'v1' };
  t.equal(JSON.stringify(named), JSON.stringify({ ...expected }), 'in the order of core/v1');
  const back = eventKind.storedAs?.fromStored(named) as KubernetesObject;
  t.equal(JSON.stringify({ ...back, apiVersion: 'events.k8s.io/v1' }), JSON.stringify(given));
});

t.test('an event of the older form is seen with its old members', async (t) => {
  const stored = await core.create({
    involvedObject: { kind: 'A' },
    source: { component: 'k' },
    firstTimestamp: '2026-01-01T00:00:00Z',
    count: 2,
    message: 'm',
  });
  t.match(eventKind.storedAs?.fromStored(stored), {
    regarding: { kind: 'A' },
    note: 'm',
    deprecatedSource: { component: 'k' },
    deprecatedFirstTimestamp: '2026-01-01T00:00:00Z',
    deprecatedLastTimestamp: null,
    deprecatedCount: 2,
    eventTime: null,
  });
});

t.test('new events are of the newer form', async (t) => {
  t.equal(await createFault(event), '');
  t.equal(
    await createFault({ regarding: event.regarding }),
    '[eventTime: Required value, type: Invalid value: "": has invalid value: ]',
  );
  t.equal(await createFault({ ...event, type: 'Odd' }), 'type: Invalid value: "": has invalid value: Odd');
  t.equal(
    await createFault({ ...event, series: {} }),
    '[series.count: Invalid value: "": should be at least 2, series.lastObservedTime: Required value]',
  );
  const old = {
    deprecatedSource: { host: 'h' },
    deprecatedFirstTimestamp: event.eventTime,
    deprecatedLastTimestamp: event.eventTime,
    deprecatedCount: 1,
  };
  const unset = ['firstTimestamp', 'lastTimestamp', 'count', 'source'].map(
    (member) => `${member}: Invalid value: "": needs to be unset`,
  );
  t.equal(await createFault({ ...event, ...old }), `[${unset.join(', ')}]`);
  t.match(
    await createFault({ ...event, reportingController: 'a b' }),
    /^reportingController: Invalid value: "a b": name part/,
  );
});

t.test('only the series of an event goes on', async (t) => {
  const old = await create(event);
  const series = { count: 2, lastObservedTime: '2026-01-01T00:00:00Z' };
  t.equal(await updateFault({ ...event, series }, old), '');
  t.match(await updateFault({ ...event, series: { ...series, count: 1 } }, old), /^series.count: /);
  const odd = await create({ ...event, series: { count: 1 } });
  t.equal(await updateFault({ ...event, series: { count: 1 } }, odd), '', 'a series that stays may be odd');
  t.equal(await updateFault({ ...event, reason: 'Other' }, old), 'reason: Invalid value: "Other": field is immutable');
  t.equal(await updateFault({ ...event, note: 'x' }, old), 'message: Invalid value: "x": field is immutable');
  t.equal(
    await updateFault({ ...event, related: { name: 'b' } }, old),
    'related: Invalid value: {"Kind":"","Namespace":"","Name":"b","UID":"","APIVersion":"","ResourceVersion":"","FieldPath":""}: field is immutable',
  );
  t.equal(
    await updateFault({ ...event, deprecatedSource: { component: 'k' } }, old),
    'source: Invalid value: {"Component":"k","Host":""}: field is immutable',
  );
  t.equal(
    await updateFault({ ...event, eventTime: '2026-01-01T00:00:00.0000019Z' }, old),
    '',
    'less than a microsecond is no change',
  );
});

t.test('table and selectable fields speak of the same event', async (t) => {
  const object = await create(event);
  t.same(cells(object, Date.UTC(2026, 0, 1, 1)).slice(1, 4), ['Normal', 'Done', 'configmap/a']);
  const values = Object.entries(eventKind.selectableFields ?? {}).map(([path, read]) => `${path}=${read(object)}`);
  t.same(
    values.filter((each) => !each.endsWith('=')),
    [
      'regarding.kind=ConfigMap',
      'regarding.namespace=default',
      'regarding.name=a',
      'reason=Done',
      'reportingController=example.com/c',
      'type=Normal',
    ],
  );
});
