import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import t from 'tap';
import { newFakeClock } from '../../testing/fake-clock.ts';
import type { LogStream } from './log-stream.ts';
import { discardLogger, type LogFields } from './logger.ts';
import { type LoggerOptions, newLogger } from './new-logger.ts';

interface Captured {
  readonly logger: ReturnType<typeof newLogger>;
  readonly lines: string[];
  readonly last: () => Record<string, unknown>;
}

function capture(options: LoggerOptions = {}, stream: Partial<LogStream> = {}): Captured {
  const lines: string[] = [];
  const target = { write: (line: string) => lines.push(line), ...stream };
  const logger = newLogger({ clock: newFakeClock(), stream: target, ...options });
  return { logger, lines, last: () => JSON.parse(lines.at(-1) ?? '') as Record<string, unknown> };
}

/** The fields of a JSON line with these fields. */
function logged(fields: LogFields): Record<string, unknown> {
  const { logger, last } = capture();
  logger.info('x', fields);
  return last();
}

void t.test('JSON lines', async (t) => {
  await t.test('have level, time, fields and message', async (t) => {
    const { logger, lines, last } = capture({ verbosity: 4 });
    logger.info('Started', { port: 6443 });
    t.equal(lines[0], `{"level":"info","ts":${Date.UTC(2026, 0, 1)},"port":6443,"msg":"Started"}\n`);
    logger.warn('Careful');
    t.match(last(), { level: 'warn', msg: 'Careful' });
    logger.error('Failed', { err: new Error('boom') });
    t.match(last(), { level: 'error', err: { name: 'Error', message: 'boom', stack: /^Error: boom\n\s+at / } });
    logger.debug(3, 'HTTP', { code: 200 });
    t.match(last(), { level: 'debug', v: 3, code: 200, msg: 'HTTP' });
    logger.flush();
  });

  await t.test('are written up to the verbosity', async (t) => {
    const { logger, lines } = capture({ verbosity: 2 });
    for (const level of [1, 2, 3]) logger.debug(level, 'x');
    t.equal(lines.length, 2);
    t.same([logger.enabled(2), logger.enabled(3)], [true, false]);
    t.equal(capture().logger.enabled(1), false);
  });

  await t.test('carry the fields of every ancestor', async (t) => {
    const { logger, last } = capture({ verbosity: 1 });
    const child = logger.child({ controller: 'a', token: 'x' }).child({ key: 'ns/name' });
    child.debug(1, 'Sync', { n: 1 });
    t.match(last(), { controller: 'a', token: '[redacted]', key: 'ns/name', n: 1, v: 1, msg: 'Sync' });
    t.equal(child.enabled(1), true);
  });

  await t.test('cannot be confused by a field that is called like a member', async (t) => {
    const { logger, lines } = capture();
    logger.info('x', { msg: 'y', level: 'z', ts: 1, v: 2 });
    t.match(JSON.parse(lines[0] ?? ''), { msg: 'x', level: 'info', msg_: 'y', level_: 'z', ts_: 1, v_: 2 });
    t.equal(lines[0]?.match(/"msg":/g)?.length, 1);
  });
});

void t.test('text lines', async (t) => {
  const plain = (line: string): string => line.replace(/^\d\d:\d\d:\d\d\.\d{3} /, '');

  await t.test('are short, and made for a terminal', async (t) => {
    delete process.env['NO_COLOR'];
    const { logger, lines } = capture({}, { isTTY: true });
    logger.warn('Backend is gone', { name: 'v1.example.com', why: 'no answer', tries: 3 });
    t.equal(
      plain(lines[0] ?? ''),
      '\u001b[33mWARN \u001b[0m Backend is gone  name=v1.example.com why="no answer" tries=3\n',
    );
    const other = capture({ format: 'text', verbosity: 1 });
    other.logger.child({ a: 1 }).debug(1, 'x', { b: { c: [true] } });
    t.equal(plain(other.lines[0] ?? ''), 'DEBUG x  a=1 b={"c":[true]}\n');
    other.logger.info('y');
    t.equal(plain(other.lines[1] ?? ''), 'INFO  y\n');
    other.logger.flush();
    const json = capture({ format: 'json' }, { isTTY: true });
    json.logger.info('z');
    t.match(json.last(), { msg: 'z' }, 'JSON can be had on a terminal');
  });

  await t.test('show an error with its causes, and its stack only when it is logged as one', async (t) => {
    const { logger, lines } = capture({ format: 'text' });
    const err = new Error('cannot start', { cause: new TypeError('no port') });
    logger.error('Ended', { err });
    t.match(plain(lines[0] ?? ''), /^ERROR Ended {2}err="cannot start: no port"\n {4}at /);
    logger.warn('Trying again', { err });
    t.equal(plain(lines[1] ?? ''), 'WARN  Trying again  err="cannot start: no port"\n');
  });

  await t.test('cannot be forged, nor drive the terminal', async (t) => {
    const { logger, lines } = capture({ format: 'text' });
    logger.info('a\nb', { 'k\n': 'x\n\u001b[2J\u202e', deep: { y: '\u009b' } });
    t.equal(plain(lines[0] ?? ''), 'INFO  a\\u000ab  k\\u000a="x\\n\\u001b[2J\\u202e" deep={"y":"\\u009b"}\n');
    const err = new Error('x');
    err.stack = 'Error: x\n    at \u001b[2J (a.ts)\nforged line';
    logger.error('y', { err });
    t.notMatch(lines[1], 'forged');
    t.notMatch(lines[1], '\u001b');
  });
});

void t.test('secrets', async (t) => {
  const jwt = ['eyJhbGciOiJIUzI1NiJ9', 'eyJzdWIiOiIxMjM0NTY3ODkwIn0', 'dozjgNryP4J3jVmNHl0w'].join('.');
  const pem = '-----BEGIN EC PRIVATE KEY-----\nMHcCAQEE\n-----END EC PRIVATE KEY-----';

  await t.test('are replaced by the name of the field, at any depth', async (t) => {
    const names = ['token', 'Authorization', 'proxy-authorization', 'cookie', 'Set-Cookie', 'password', 'clientSecret'];
    const more = [
      'client-key-data',
      'clientKeyData',
      'privateKey',
      'access_token',
      'bearerToken',
      'apiKey',
      'credential',
    ];
    for (const name of [...names, ...more]) {
      t.match(logged({ [name]: 'xyz', deep: { [name]: ['xyz'] } }), {
        [name]: '[redacted]',
        deep: { [name]: '[redacted]' },
      });
    }
    t.match(logged({ key: 'ns/name', author: 'me', tokens: 3, secretName: 's' }), {
      key: 'ns/name',
      author: 'me',
      tokens: 3,
      secretName: 's',
    });
  });

  await t.test('are replaced wherever they stand in a text', async (t) => {
    for (const [value, expected] of [
      ['Authorization: Bearer abcdefgh12345678==', 'Authorization: Bearer [redacted]'],
      ['basic dXNlcjpwYXNzd29yZA==', 'basic [redacted]'],
      [`got ${jwt} from`, 'got [redacted] from'],
      [`key ${pem} end`, 'key EC PRIVATE KEY [redacted] end'],
      [pem.slice(0, 40), 'EC PRIVATE KEY [redacted]'],
      ['https://me:pass@host/x', 'https://me:[redacted]@host/x'],
      ['/apis?access_token=abc&limit=1', '/apis?access_token=[redacted]&limit=1'],
      ['/apis?continue=abc&watch=1', '/apis?continue=abc&watch=1'],
      ['the bearer of news', 'the bearer of news'],
    ]) {
      t.equal(logged({ value })['value'], expected);
      t.match(logged({ err: new Error(value) }), { err: { message: expected } });
    }
    t.notMatch(JSON.stringify(logged({ err: new Error(`Bearer ${jwt}`) })), jwt, 'nor in the stack');
  });

  await t.test('are looked for in bounded time', async (t) => {
    const startedAt = performance.now();
    for (const part of ['a.', 'Bearer ', 'eyJaaaaaaaa-', '&aaaa_', 'a://', '-----BEGIN PRIVATE KEY-----', 'a:b@']) {
      logged({ value: part.repeat(100_000) });
    }
    t.ok(performance.now() - startedAt < 5000);
  });
});

void t.test('any value can be logged', async (t) => {
  const cycle: Record<string, unknown> = { name: 'x' };
  cycle['self'] = cycle;
  const hostile = {
    get bad(): string {
      throw new Error('no');
    },
  };
  class Coded extends Error {
    readonly code = 'ECONNRESET';
  }
  const line = logged({
    undefined: undefined,
    null: null,
    nan: Number.NaN,
    big: 10n,
    symbol: Symbol('s'),
    function: () => 1,
    date: new Date(0),
    noDate: new Date(Number.NaN),
    url: new URL('https://me:pw@host/'),
    bytes: Buffer.from('abc'),
    map: new Map([['a', { token: 'x' }]]),
    set: new Set([1, 2]),
    cycle,
    hostile,
    proxy: new Proxy({}, { ownKeys: () => assertNever() }),
    long: 'x'.repeat(10_000),
    wide: Array.from({ length: 1000 }, (_, index) => index),
    err: new Coded('x', { cause: 'text' }),
    many: new AggregateError([new Error('one'), new Error('two')], 'all failed'),
  });
  t.match(line, {
    null: null,
    nan: 'NaN',
    big: '10',
    symbol: 'Symbol(s)',
    function: '(function)',
    date: '1970-01-01T00:00:00.000Z',
    noDate: null,
    url: 'https://me:[redacted]@host/',
    bytes: '(3 bytes)',
    map: { a: { token: '[redacted]' } },
    set: [1, 2],
    cycle: { name: 'x', self: { self: { self: { self: { self: '{…}' } } } } },
    hostile: '(unreadable)',
    proxy: '(unreadable)',
    long: /^x{4096}… \(10000 characters\)$/,
    err: { code: 'ECONNRESET', cause: 'text' },
    many: { message: 'all failed', errors: [{ message: 'one' }, { message: 'two' }] },
  });
  t.equal('undefined' in line, false);
  t.equal((line['wide'] as unknown[]).length, 64);
});

function assertNever(): never {
  throw new Error('must not be read');
}

void t.test('a stream that nobody reads does not fill the memory', async (t) => {
  for (const format of ['json', 'text'] as const) {
    const lines: string[] = [];
    const stream = { writableLength: 9_000_000, write: (line: string) => lines.push(line) };
    const logger = newLogger({ stream, format });
    for (let i = 0; i < 5; i++) logger.info('lost');
    t.equal(lines.length, 0);
    stream.writableLength = 0;
    logger.info('kept');
    t.equal(lines.length, 2);
    t.match(lines[0], /5/);
    t.match(lines[1], /kept/);
  }
  const { logger } = capture({}, { write: () => assertNever() });
  logger.info('a stream that throws does not throw at the caller');
});

void t.test('the discarding logger does nothing', async (t) => {
  t.equal(discardLogger.child({}), discardLogger);
  t.equal(discardLogger.enabled(0), false);
  for (const write of ['info', 'warn', 'error'] as const) discardLogger[write]('x');
  discardLogger.debug(0, 'x');
  discardLogger.flush();
});

void t.test('standard error', async (t) => {
  const run = (script: string) => {
    const source = `import { newLogger } from ${JSON.stringify(join(import.meta.dirname, 'new-logger.ts'))};\n${script}`;
    return spawn(process.execPath, ['--input-type=module-typescript', '--eval', source], {
      stdio: 'pipe',
    });
  };

  await t.test('gets every line, also those just before the process exits', async (t) => {
    const child = run(`
      const logger = newLogger();
      for (let i = 0; i < 1000; i++) logger.info('line', { i });
      logger.flush();
      process.exit(3);
    `);
    const [output, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
    t.equal(code, 3);
    const numbers = output
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { i: number }).i);
    t.equal(new Set(numbers).size, 1000);
  });

  await t.test('that nobody reads does not stop the process, and what was lost is counted', async (t) => {
    const child = run(`
      const logger = newLogger();
      for (let i = 0; i < 15_000; i++) logger.info('line', { i, filler: 'x'.repeat(1000) });
      setTimeout(() => console.log('alive'), 10);
    `);
    const [chunk] = (await once(child.stdout, 'data')) as [Buffer];
    t.equal(chunk.toString(), 'alive\n');
    const lines = (await text(child.stderr)).trim().split('\n');
    t.ok(lines.length < 15_000);
    const notice = lines.find((line) => line.includes('"dropped":')) ?? '{}';
    t.match(JSON.parse(notice), { level: 'warn', dropped: Number });
    t.ok((JSON.parse(notice) as { dropped: number }).dropped > 1000);
  });

  await t.test('that is closed does not end the process', async (t) => {
    const child = run(`
      const logger = newLogger();
      process.stdin.once('data', () => {
        logger.info('x');
        setTimeout(() => {
          logger.info('y');
          logger.flush();
          console.log('alive');
        }, 20);
      });
    `);
    child.stderr.destroy();
    child.stdin.end('go');
    const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
    t.match(output, 'alive');
    t.equal(code, 0);
  });
});
