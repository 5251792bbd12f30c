import { setImmediate as nextTurn } from 'node:timers/promises';
import t from 'tap';
import type { Event } from '../../../apis/core/v1/event-schema.ts';
import { eventKind } from '../../../apis/core/v1/event.ts';
import { eventually } from '../../testing/eventually.ts';
import { newFakeClock } from '../../testing/fake-clock.ts';
import { newControlPlane } from '../controllers/testing/control-plane.ts';
import { everything } from '../registry/selection.ts';
import { newEventRecorder } from './event-recorder.ts';

const involved = { apiVersion: 'v1', kind: 'Namespace', name: 'g', uid: 'u-1' };

void t.test('events', async (t) => {
  const clock = newFakeClock();
  const { server, logger } = await newControlPlane(t, { clock });
  const events = server.install(eventKind, { groupPriorityMinimum: 1, versionPriority: 1 });
  /** Waits until the stored events are as they should be. */
  const until = async (holds: (found: readonly Event[]) => boolean): Promise<void> => {
    const deadline = Date.now() + 5000;
    while (!holds(await list()) && Date.now() < deadline) await nextTurn();
  };
  const recorder = newEventRecorder({ events, component: 'tester', clock, logger });
  const list = async () =>
    (
      await events.list({
        namespace: '',
        selection: everything,
        limit: 0,
        continueToken: '',
        resourceVersion: '',
        resourceVersionMatch: '',
      })
    ).items;

  await t.test('tell what happened, once, and count', async (t) => {
    recorder.record(involved, { type: 'Warning', reason: 'Tested', message: 'first' });
    await until((found) => found.length === 1);
    await clock.advance(5000);
    recorder.record(involved, { type: 'Warning', reason: 'Tested', message: 'second' });
    await until(([first]) => first?.count === 2);
    t.match(await list(), [
      {
        metadata: { namespace: 'default', name: /^g\.[0-9a-f]{16}$/ },
        involvedObject: involved,
        type: 'Warning',
        reason: 'Tested',
        message: 'second',
        source: { component: 'tester' },
        firstTimestamp: '2026-01-01T00:00:00Z',
        lastTimestamp: '2026-01-01T00:00:05Z',
      },
    ]);
  });

  await t.test('about other objects are others', async (t) => {
    const related = { kind: 'APIService', name: 'v1.a' };
    recorder.record(involved, { type: 'Warning', reason: 'Tested', message: 'third', related });
    await until((found) => found.length === 2);
    t.match(
      (await list()).find(({ message }) => message === 'third'),
      { count: 1, related },
    );
  });

  await t.test('that are too long are cut', async (t) => {
    recorder.record(involved, { type: 'Normal', reason: 'Long', message: 'x'.repeat(5000) });
    await until((found) => found.length === 3);
    t.equal((await list()).find(({ reason }) => reason === 'Long')?.message?.length, 1024);
  });

  await t.test('that may come every few seconds are written once a day, each message', async (t) => {
    const apiService = { kind: 'APIService', name: `v1.${'x'.repeat(245)}` };
    const limited = { type: 'Warning', reason: 'Quarantined', limit: 'daily' } as const;
    const found = async () => (await list()).filter(({ reason }) => reason === 'Quarantined');
    recorder.record(apiService, { ...limited, message: 'bad' });
    recorder.record(apiService, { ...limited, message: 'bad' });
    recorder.record(apiService, { ...limited, message: 'worse' });
    await until((all) => all.filter(({ reason }) => reason === 'Quarantined').length === 2);
    t.match(await found(), [{ count: 1 }, { count: 1 }]);
    await clock.advance(86_400_000);
    recorder.record(apiService, { ...limited, message: 'bad' });
    await until((all) => all.filter(({ reason }) => reason === 'Quarantined').length === 3);
    t.equal((await found()).filter(({ message }) => message === 'bad').length, 2);
  });

  await t.test('that cannot be written are logged', async (t) => {
    const failing = newEventRecorder({
      events: { create: () => Promise.reject(new Error('full')), update: () => Promise.reject(new Error('full')) },
      component: 'tester',
      clock,
      logger,
    });
    failing.record(involved, { type: 'Normal', reason: 'Lost', message: '' });
    await eventually('the line', () => logger.lines.some(({ message }) => /event could not be written/.test(message)));
    t.notOk((await list()).some(({ reason }) => reason === 'Lost'));
  });
});
