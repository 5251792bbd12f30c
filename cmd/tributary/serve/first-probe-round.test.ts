import t from 'tap';
import type { APIServiceSnapshot } from '../../../pkg/aggregator/snapshot.ts';
import { newFakeClock } from '../../../pkg/testing/fake-clock.ts';
import { newFirstProbeCheck } from './first-probe-round.ts';

const newSnapshot = (name: string, status: 'True' | 'False' | 'Unknown', remote = true): APIServiceSnapshot => ({
  name,
  group: 'a.example',
  version: 'v1',
  groupPriorityMinimum: 1,
  versionPriority: 1,
  service: remote ? { namespace: 'ns', name: 'svc', port: 443 } : undefined,
  addresses: [],
  transports: [],
  availability: { status, reason: '', message: '', since: '' },
});

void t.test('readiness waits for the first probes, and not for ever', async (t) => {
  const clock = newFakeClock();
  let synced = false;
  let snapshots = [newSnapshot('v1.b', 'Unknown'), newSnapshot('v1.a', 'Unknown'), newSnapshot('v1.', 'True', false)];
  const aggregator = { hasSynced: () => synced, list: () => snapshots };
  const first = newFirstProbeCheck(aggregator, clock);
  const check = () => first.check();
  t.throws(check, { message: 'APIServices are not loaded yet' });
  synced = true;
  t.throws(check, { message: 'not probed yet: [v1.a v1.b]' });
  snapshots = [newSnapshot('v1.a', 'False'), newSnapshot('v1.b', 'True')];
  void check();
  snapshots = [newSnapshot('v1.c', 'Unknown')];
  t.doesNotThrow(check, 'one that comes later is its own affair');

  const later = newFirstProbeCheck(aggregator, clock);
  const checkLater = () => later.check();
  t.throws(checkLater);
  await clock.advance(4999);
  t.throws(checkLater);
  await clock.advance(1);
  t.doesNotThrow(checkLater);
});
