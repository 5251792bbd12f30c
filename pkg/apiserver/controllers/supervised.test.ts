import t from 'tap';
import { newWorkqueue } from '../../client/workqueue/workqueue.ts';
import { newFakeClock } from '../../testing/fake-clock.ts';
import type { HealthEndpoint } from '../healthz/checks.ts';
import type { Controller } from './controller.ts';
import { type SupervisedControllers, superviseControllers } from './supervised.ts';

/** What a check says; empty when all is well. */
function says({ checks }: SupervisedControllers, endpoint: HealthEndpoint): string {
  for (const each of checks) {
    if (!each.endpoints.includes(endpoint)) continue;
    try {
      void each.check();
    } catch (error) {
      return (error as Error).message;
    }
  }
  return '';
}

void t.test('controllers tell how they are', async (t) => {
  const clock = newFakeClock();
  const queue = newWorkqueue({ name: 'q', clock });
  let synced = false;
  let end: ((error?: Error) => void) | undefined;
  const controller: Controller = {
    name: 'c',
    queues: [queue],
    hasSynced: () => synced,
    run: () => new Promise((resolve, reject) => (end = (error) => (error === undefined ? resolve() : reject(error)))),
  };
  const supervised = superviseControllers([controller]);
  t.same(new Set(supervised.checks.map(({ name }) => name)), new Set(['poststarthook/c']));
  const running = supervised.run(new AbortController().signal);

  await t.test('it is ready when it has seen everything, and alive before', (t) => {
    t.equal(says(supervised, 'livez'), '');
    t.equal(says(supervised, 'readyz'), 'it has not seen all objects yet');
    synced = true;
    t.equal(says(supervised, 'readyz'), '');
    t.end();
  });

  await t.test('one that works on a key for ever is told, with the queue', async (t) => {
    queue.add('key');
    await queue.get();
    await clock.advance(3_599_000);
    t.equal(says(supervised, 'livez'), '');
    await clock.advance(2000);
    t.equal(says(supervised, 'livez'), 'it has worked on one key of the queue q for 3601 seconds');
    queue.done('key');
    t.equal(says(supervised, 'readyz'), '');
  });

  await t.test('one that ends by itself is told', async (t) => {
    end?.();
    await running;
    t.equal(says(supervised, 'healthz'), 'it has ended by itself');
    const failing = superviseControllers([controller]);
    const failed = failing.run(new AbortController().signal);
    end?.(new Error('boom'));
    await failed;
    t.equal(says(failing, 'livez'), 'it has failed: boom');
  });

  await t.test('one that ends because the server does is well', async (t) => {
    const ending = new AbortController();
    const other = superviseControllers([controller]);
    const over = other.run(ending.signal);
    ending.abort();
    end?.();
    await over;
    t.equal(says(other, 'livez'), '');
  });
});
