import { spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import t from 'tap';
import { newFakeClock } from '../../testing/fake-clock.ts';
import { discardLogger, type LogFields, type Logger } from '../logs/logger.ts';
import type { ProcessLike } from './process-like.ts';
import { runUntilSignal } from './run-until-signal.ts';
import { runShutdown } from './shutdown.ts';

interface Recorder {
  readonly logger: Logger;
  readonly lines: { readonly level: string; readonly message: string; readonly fields: LogFields | undefined }[];
}

function newRecorder(): Recorder {
  const lines: Recorder['lines'] = [];
  const write =
    (level: string) =>
    (message: string, fields?: LogFields): void =>
      void lines.push({ level, message, fields });
  return { lines, logger: { ...discardLogger, info: write('info'), warn: write('warn'), error: write('error') } };
}

/** A process that only notes down how it would end. */
class FakeProcess extends EventEmitter implements ProcessLike {
  readonly exits: number[] = [];
  exit(code: number): void {
    this.exits.push(code);
  }
}

function whenAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

void t.test('a run', async (t) => {
  await t.test('ends with 0 when its work ends, and 1 when that fails', async (t) => {
    const host = new FakeProcess();
    const { logger, lines } = newRecorder();
    t.equal(await runUntilSignal(async () => undefined, { logger, process: host }), 0);
    const failing = runUntilSignal(() => Promise.reject(new Error('no port')), { logger, process: host });
    t.equal(await failing, 1);
    t.match(lines, [{ level: 'error', message: 'Ended with an error', fields: { err: { message: 'no port' } } }]);
    t.same(host.eventNames(), [], 'every handler is gone');
  });

  await t.test('ends gracefully with 0 after the first signal', async (t) => {
    const host = new FakeProcess();
    const running = runUntilSignal(whenAborted, { logger: discardLogger, process: host });
    host.emit('SIGTERM', 'SIGTERM');
    t.equal(await running, 0);
    t.same(host.exits, []);
    const throwing = runUntilSignal(
      async (signal) => {
        await whenAborted(signal);
        signal.throwIfAborted();
      },
      { logger: discardLogger, process: host },
    );
    host.emit('SIGINT', 'SIGINT');
    t.equal(await throwing, 0, 'also when the work throws what it was aborted with');
  });

  await t.test('ends at once with 128 and the number of the second signal', async (t) => {
    for (const [signal, code] of [
      ['SIGTERM', 143],
      ['SIGINT', 130],
    ] as const) {
      const host = new FakeProcess();
      const { logger, lines } = newRecorder();
      void runUntilSignal(() => new Promise(() => undefined), { logger, process: host });
      host.emit('SIGTERM', 'SIGTERM');
      host.emit(signal, signal);
      t.same(host.exits, [code]);
      t.match(lines, [{ level: 'info' }, { level: 'warn', fields: { signal } }]);
    }
  });

  await t.test('survives rejections that nobody awaits and peers that go, but no other exception', async (t) => {
    const host = new FakeProcess();
    const { logger, lines } = newRecorder();
    const kinds: string[] = [];
    const onUncaught = (kind: string): void => void kinds.push(kind);
    const running = runUntilSignal(whenAborted, { logger, process: host, onUncaught });
    host.emit('unhandledRejection', new Error('floating'));
    host.emit('uncaughtException', Object.assign(new Error('read'), { code: 'ECONNRESET' }));
    t.same(host.exits, []);
    host.emit('uncaughtException', new TypeError('a bug'));
    t.same(host.exits, [1]);
    t.same(kinds, ['rejection', 'socket-error', 'exception']);
    t.match(lines, [
      { level: 'error', fields: { err: { message: 'floating' } } },
      { level: 'error', fields: { err: { code: 'ECONNRESET' } } },
      { level: 'error', fields: { err: { message: 'a bug' } } },
    ]);
    host.emit('SIGTERM', 'SIGTERM');
    await running;
  });
});

void t.test('a real process', async (t) => {
  /** Runs the script with `logger` and `runUntilSignal` at hand, and does `act` once it has written to standard output. */
  const run = async (script: string, act: (child: ReturnType<typeof spawn>) => void) => {
    const imports = [
      ['runUntilSignal', './run-until-signal.ts'],
      ['newLogger', '../logs/new-logger.ts'],
    ].map(([name, path]) => `import { ${name} } from ${JSON.stringify(join(import.meta.dirname, path ?? ''))};`);
    const source = [...imports, 'const logger = newLogger();', script].join('\n');
    const child = spawn(process.execPath, ['--input-type=module-typescript', '--eval', source], { stdio: 'pipe' });
    const output = text(child.stderr);
    child.stdout.once('data', () => act(child));
    const [code] = (await once(child, 'exit')) as [number | null];
    return { code, output: await output };
  };
  const waiting = `
    const alive = setInterval(() => undefined, 1000);
    process.stdout.write('ready');
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
  `;

  await t.test('drains after SIGTERM and exits with 0', async (t) => {
    const { code, output } = await run(
      `process.exit(await runUntilSignal(async (signal) => { ${waiting} logger.info('drained'); }, { logger }));`,
      (child) => child.kill('SIGTERM'),
    );
    t.equal(code, 0);
    t.match(output, '"signal":"SIGTERM"');
    t.match(output, '"msg":"drained"');
  });

  await t.test('that hangs in its drain is ended by a second signal', async (t) => {
    const { code, output } = await run(
      `await runUntilSignal(async (signal) => { ${waiting} process.kill(process.pid, 'SIGINT'); await new Promise(() => undefined); }, { logger });`,
      (child) => child.kill('SIGTERM'),
    );
    t.equal(code, 130);
    t.match(output, 'Second signal');
  });

  await t.test('lives on after a rejection and a reset, and ends with the stack of an exception', async (t) => {
    const { code, output } = await run(
      `
      import { createServer, connect } from 'node:net';
      await runUntilSignal(async () => {
        void Promise.reject(new Error('floating'));
        const server = createServer((socket) => socket.on('data', () => undefined));
        server.listen(0, '127.0.0.1', () => {
          const socket = connect(server.address().port, '127.0.0.1', () => { socket.write('x'); setImmediate(() => socket.resetAndDestroy()); });
        });
        await new Promise((resolve) => process.once('uncaughtException', resolve));
        process.stdout.write('lives');
        await new Promise((resolve) => process.stdin.once('data', resolve));
        setImmediate(function culprit() { throw new TypeError('a bug'); });
        await new Promise(() => undefined);
      }, { logger });
      `,
      (child) => child.stdin?.write('go'),
    );
    t.equal(code, 1);
    const lines = output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { err: { message: string } })
      .toSorted((one, other) => (one.err.message < other.err.message ? -1 : 1));
    t.match(lines, [
      { err: { name: 'TypeError', message: 'a bug', stack: /culprit/ } },
      { err: { message: 'floating' } },
      { err: { code: 'ECONNRESET' } },
    ]);
  });
});

void t.test('shutdown steps', async (t) => {
  await t.test('run one after the other, named and counted', async (t) => {
    const { logger, lines } = newRecorder();
    const clock = newFakeClock();
    const order: string[] = [];
    const steps = [
      { name: 'first', run: async () => void order.push('first', await Promise.resolve('still first')) },
      { name: 'second', run: () => void order.push('second') },
    ];
    const results = await runShutdown(steps, { deadlineMs: 1000, logger, clock });
    t.same(order, ['first', 'still first', 'second']);
    t.same(results, [
      { name: 'first', outcome: 'done', seconds: 0 },
      { name: 'second', outcome: 'done', seconds: 0 },
    ]);
    t.match(lines, [{ fields: { step: 'first', number: 1, of: 2 } }, { fields: { step: 'second', number: 2, of: 2 } }]);
    t.equal(clock.pendingTimers(), 0);
    t.same(await runShutdown([], { deadlineMs: 1000, logger }), []);
    await runShutdown(steps, { deadlineMs: 1000, logger, clock, quiet: true });
    t.equal(lines.length, 2, 'nothing is said of what went well where something else went wrong');
  });

  await t.test('that fail do not keep the others from running', async (t) => {
    const { logger, lines } = newRecorder();
    const fail = (message: string) => new Error(message);
    const steps = [
      {
        name: 'throws',
        run: () => {
          throw fail('at once');
        },
      },
      { name: 'rejects', run: () => Promise.reject(fail('later')) },
      { name: 'works', run: () => undefined },
    ];
    const results = await runShutdown(steps, { deadlineMs: 1000, logger });
    t.same(
      results.map(({ outcome }) => outcome),
      ['failed', 'failed', 'done'],
    );
    t.match(lines, [
      { level: 'error', fields: { err: { message: 'at once' } } },
      { level: 'error' },
      { level: 'info' },
    ]);
  });

  await t.test(
    'that hang are left behind when their time or that of all is over, and the last ones get a chance',
    async (t) => {
      const clock = newFakeClock();
      const aborted: string[] = [];
      const hang = (name: string) => ({
        name,
        run: (signal: AbortSignal) =>
          new Promise<void>(() => signal.addEventListener('abort', () => aborted.push(name))),
      });
      const steps = [
        { ...hang('own limit'), timeoutMs: 300 },
        hang('the rest'),
        hang('last chance'),
        { name: 'close', run: () => undefined },
      ];
      const running = runShutdown(steps, { deadlineMs: 5000, logger: discardLogger, clock });
      await clock.advance(300);
      t.same(aborted, ['own limit']);
      await clock.advance(4700);
      t.same(aborted, ['own limit', 'the rest']);
      await clock.advance(1000);
      t.same(
        (await running).map(({ outcome, seconds }) => [outcome, seconds]),
        [
          ['timed-out', 0.3],
          ['timed-out', 4.7],
          ['timed-out', 1],
          ['done', 0],
        ],
      );
    },
  );
});
