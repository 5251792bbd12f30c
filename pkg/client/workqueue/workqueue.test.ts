import t from 'tap';
import { discardLogger, type Logger } from '../../component/logs/logger.ts';
import { newMetrics } from '../../component/metrics/metrics.ts';
import { newFakeClock } from '../../testing/fake-clock.ts';
import { newFifo } from './fifo.ts';
import { runWorkers } from './run-workers.ts';
import { addWorkqueueMetrics } from './workqueue-metrics.ts';
import { newWorkqueue } from './workqueue.ts';

const newQueue = (clock = newFakeClock()) => ({ clock, queue: newWorkqueue({ name: 'test', clock }) });

/** A promise and the function that settles it. */
function newGate(): { readonly opened: Promise<void>; open(): void } {
  let resolveOpened: (() => void) | undefined;
  const opened = new Promise<void>((resolve) => (resolveOpened = resolve));
  return { opened, open: () => resolveOpened?.() };
}

void t.test('a queue', async (t) => {
  await t.test('hands keys out in the order of their addition, each once', async (t) => {
    const { queue } = newQueue();
    for (const key of ['a', 'b', 'a', 'c', 'b']) queue.add(key);
    t.equal(queue.length, 3);
    t.same([await queue.get(), await queue.get(), await queue.get()], ['a', 'b', 'c']);
    t.equal(queue.stats().adds, 3);
  });

  await t.test('lets a key that is added while it is processed wait until that is done', async (t) => {
    const { queue } = newQueue();
    queue.add('a');
    t.equal(await queue.get(), 'a');
    queue.add('a');
    queue.add('a');
    t.equal(queue.length, 0, 'nobody else can get it');
    queue.done('a');
    t.equal(queue.length, 1);
    t.equal(await queue.get(), 'a');
    queue.done('a');
    t.equal(queue.length, 0);
  });

  await t.test('hands a key to who waits, and to one of several only', async (t) => {
    const { queue } = newQueue();
    const first = queue.get();
    const second = queue.get();
    queue.add('a');
    queue.add('b');
    t.same(await Promise.all([first, second]), ['a', 'b']);
  });

  await t.test('forgets who waits no more', async (t) => {
    const { queue } = newQueue();
    const leaving = new AbortController();
    const gone = queue.get(leaving.signal);
    leaving.abort();
    t.equal(await gone, undefined);
    t.equal(await queue.get(leaving.signal), undefined, 'an aborted signal gets nothing');
    queue.add('a');
    t.equal(await queue.get(), 'a');
  });

  await t.test('ignores done for a key that nobody has', async (t) => {
    const { queue } = newQueue();
    queue.add('a');
    queue.done('a');
    t.equal(queue.length, 1);
    t.equal(queue.stats().dones, 0);
  });

  await t.test('adds after a delay, the earliest of several', async (t) => {
    const { queue, clock } = newQueue();
    queue.addAfter('a', 1000);
    queue.addAfter('a', 100);
    queue.addAfter('a', 500);
    queue.addAfter('now', 0);
    t.match(queue.stats(), { depth: 1, delayed: 1 });
    await clock.advance(99);
    t.equal(queue.length, 1);
    await clock.advance(1);
    t.equal(queue.length, 2);
    t.equal(clock.pendingTimers(), 0, 'the other delays are gone');
  });

  await t.test('doubles the rate-limited delay of each key up to the limit, until it is forgotten', async (t) => {
    const { queue, clock } = newQueue();
    const delays: (number | undefined)[] = [];
    for (let failure = 0; failure < 15; failure++) {
      queue.addRateLimited('a');
      delays.push(clock.nextTimer());
      await clock.advance(clock.nextTimer() ?? 0);
      queue.done((await queue.get()) ?? '');
    }
    t.same(delays, [5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560, 5120, 10_240, 20_480, 30_000, 30_000]);
    t.equal(queue.requeues('a'), 15);
    queue.addRateLimited('b');
    t.equal(clock.nextTimer(), 5, 'another key has its own delay');
    queue.forget('a');
    t.equal(queue.requeues('a'), 0);
  });

  await t.test('takes no keys after its end, and hands out those that wait', async (t) => {
    const { queue, clock } = newQueue();
    queue.add('a');
    queue.addAfter('later', 10);
    queue.shutDown();
    queue.add('b');
    queue.addAfter('c', 10);
    queue.addRateLimited('d');
    t.equal(queue.isShuttingDown(), true);
    t.equal(clock.pendingTimers(), 0);
    t.equal(await queue.get(), 'a');
    t.equal(await queue.get(), undefined);
  });

  await t.test('wakes who waits at its end', async (t) => {
    const { queue } = newQueue();
    const waiting = [queue.get(), queue.get()];
    queue.shutDown();
    t.same(await Promise.all(waiting), [undefined, undefined]);
  });

  await t.test('counts, and says how long keys waited and took', async (t) => {
    const { queue, clock } = newQueue();
    queue.add('a');
    queue.add('b');
    await clock.advance(2000);
    await queue.get();
    await queue.get();
    await clock.advance(3000);
    queue.done('a');
    t.match(queue.stats(), {
      depth: 0,
      processing: 1,
      adds: 2,
      gets: 2,
      queueSeconds: 4,
      longestQueueSeconds: 2,
      dones: 1,
      workSeconds: 3,
      longestWorkSeconds: 3,
      unfinishedSeconds: 3,
      longestRunningSeconds: 3,
    });
  });

  await t.test('shows its counters as metrics', async (t) => {
    const { queue, clock } = newQueue();
    const metrics = newMetrics();
    const queues = [queue, newWorkqueue({ name: 'other' })];
    addWorkqueueMetrics(metrics, () => queues);
    queue.add('c');
    await clock.advance(200);
    await queue.get();
    await clock.advance(2000);
    queue.done('c');
    queue.add('a');
    queue.addRateLimited('b');
    const { body } = await metrics.render();
    for (const line of [
      'workqueue_depth{name="test"} 1',
      'workqueue_depth{name="other"} 0',
      'workqueue_adds_total{name="test"} 2',
      'workqueue_retries_total{name="test"} 1',
      'workqueue_queue_duration_seconds_bucket{name="test",le="0.1"} 0',
      'workqueue_queue_duration_seconds_bucket{name="test",le="1"} 1',
      'workqueue_work_duration_seconds_bucket{name="test",le="1"} 0',
      'workqueue_work_duration_seconds_bucket{name="test",le="10"} 1',
      'workqueue_work_duration_seconds_sum{name="test"} 2',
      'workqueue_work_duration_seconds_count{name="other"} 0',
    ]) {
      t.ok(body.includes(`${line}\n`), line);
    }
    queue.shutDown();
  });
});

void t.test('a fifo keeps its order over many times its working size', async (t) => {
  const fifo = newFifo<number>();
  let next = 0;
  let expected = 0;
  for (let round = 0; round < 50; round++) {
    for (let i = 0; i < 400; i++) fifo.push(next++);
    for (let i = 0; i < 300; i++) if (fifo.shift() !== expected++) t.fail('out of order');
  }
  t.equal(fifo.size, 5000);
  while (fifo.size > 0) if (fifo.shift() !== expected++) t.fail('out of order');
  t.equal(fifo.shift(), undefined);
  t.equal(expected, next);
});

const start = (options: { sync: (key: string) => Promise<void>; concurrency?: number; logger?: Logger }) => {
  const { queue, clock } = newQueue();
  const stopping = new AbortController();
  const { concurrency = 1, logger = discardLogger } = options;
  const finished = runWorkers(queue, options.sync, { concurrency, signal: stopping.signal, logger });
  return { queue, clock, finished, stop: () => stopping.abort() };
};

void t.test('workers', async (t) => {
  await t.test('work on as many keys at a time as they may, and never on one key twice', async (t) => {
    for (const concurrency of [1, 3, Infinity]) {
      const running = new Map<string, number>();
      let most = 0;
      let calls = 0;
      const { queue, clock, finished, stop } = start({
        concurrency,
        async sync(key) {
          calls++;
          running.set(key, (running.get(key) ?? 0) + 1);
          most = Math.max(most, running.size);
          if ((running.get(key) ?? 0) > 1) t.fail('twice at the same time');
          queue.add(key === 'a' && calls < 30 ? 'a' : 'b');
          await new Promise((resolve) => setImmediate(resolve));
          running.delete(key);
        },
      });
      for (const key of ['a', 'b', 'c', 'd', 'e']) queue.add(key);
      for (let turn = 0; turn < 40; turn++) await clock.advance(0);
      stop();
      await finished;
      t.ok(calls >= 30, `${calls} calls with ${concurrency} workers`);
      t.equal(most, Math.min(concurrency, 5));
    }
  });

  await t.test('are not held up by one slow key', async (t) => {
    for (const concurrency of [2, Infinity]) {
      const gate = newGate();
      const seen: string[] = [];
      const { queue, clock, finished, stop } = start({
        concurrency,
        async sync(key) {
          if (key === 'slow') await gate.opened;
          seen.push(key);
        },
      });
      queue.add('slow');
      for (let i = 0; i < 20; i++) queue.add(`k${i}`);
      await clock.advance(0);
      t.equal(seen.length, 20);
      gate.open();
      stop();
      await finished;
      t.equal(seen.at(-1), 'slow');
    }
  });

  await t.test('log a failure and try again with growing delays, until it works', async (t) => {
    const logged: unknown[] = [];
    const logger: Logger = {
      ...discardLogger,
      child: (inherited) => ({
        ...logger,
        error: (message, fields) => logged.push({ message, ...inherited, ...fields }),
      }),
    };
    let failures = 3;
    const { queue, clock, finished, stop } = start({
      logger,
      async sync() {
        if (failures-- > 0) throw new Error('not yet');
      },
    });
    queue.add('a');
    await clock.advance(0);
    const delays: (number | undefined)[] = [];
    while (clock.pendingTimers() > 0) {
      delays.push(clock.nextTimer());
      await clock.advance(clock.nextTimer() ?? 0);
    }
    t.same(delays, [5, 10, 20]);
    t.equal(queue.requeues('a'), 0, 'success forgets');
    t.match(logged, [
      { message: 'Sync failed; trying again', queue: 'test', key: 'a', requeues: 0, err: { message: 'not yet' } },
      {},
      {},
    ]);
    stop();
    await finished;
  });

  await t.test('survive a sync that throws instead of rejecting', async (t) => {
    const { queue, clock, finished, stop } = start({
      sync: () => {
        throw new TypeError('a bug');
      },
    });
    queue.add('a');
    await clock.advance(0);
    t.equal(queue.requeues('a'), 1);
    stop();
    await finished;
  });

  await t.test('end with the signal, after the keys under way, and without a log of what failed thereby', async (t) => {
    const gate = newGate();
    let signalled = false;
    const { queue, clock } = newQueue();
    const stopping = new AbortController();
    const logger: Logger = { ...discardLogger, child: () => ({ ...discardLogger, error: () => t.fail('logged') }) };
    const options = { concurrency: 1, signal: stopping.signal, logger };
    let ended = false;
    const finished = runWorkers(
      queue,
      async (_key, signal) => {
        await gate.opened;
        signalled = signal.aborted;
        throw new Error('aborted');
      },
      options,
    ).then(() => void (ended = true));
    queue.add('a');
    queue.add('b');
    await clock.advance(0);
    stopping.abort();
    await clock.advance(0);
    t.equal(ended, false, 'a is under way');
    gate.open();
    await finished;
    t.equal(signalled, true);
    t.match(queue.stats(), { depth: 1, processing: 0, delayed: 0 });
    await runWorkers(queue, async () => void t.fail('called'), options);
  });

  await t.test('end when the queue is shut down, after what waits', async (t) => {
    const seen: string[] = [];
    const { queue, finished } = start({ sync: async (key) => void seen.push(key) });
    queue.add('a');
    queue.add('b');
    queue.shutDown();
    await finished;
    t.same(seen, ['a', 'b']);
  });
});
