import { connectTLS, HTTP2Connection } from './http2-connection.ts';
import type { WatchTally } from './watch-tally.ts';

/** What to watch, and who counts. */
export interface OpenOptions {
  readonly port: number;
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly watchers: number;
  readonly streams: number;
  readonly tally: WatchTally;
}

/** Watches that ended although nobody ended them. */
export interface Ended {
  count: number;
}

/** Connections that are opened at the same time. */
const lanes = 16;

/** Opens watches that share connections. Resolves when the head of every answer has come. */
export async function openHTTP2Watches(options: OpenOptions): Promise<Ended> {
  const { port, target, headers, watchers, streams, tally } = options;
  const ended: Ended = { count: 0 };
  await inLanes(Math.ceil(watchers / streams), async (connection) => {
    const first = connection * streams;
    const count = Math.min(streams, watchers - first);
    const socket = await connectTLS(port, 'h2');
    await new Promise<void>((resolve, reject) => {
      let heads = 0;
      const client = new HTTP2Connection(socket, {
        head: () => void (++heads === count && resolve()),
        data: (stream, bytes) => tally.take(first + ((stream - 1) >> 1), bytes),
        end: (stream, why) => {
          ended.count += stream === undefined ? count : 1;
          reject(new Error(`a watch ended: ${why}`));
        },
      });
      for (let each = 0; each < count; each++) client.get(target, headers);
    });
  });
  return ended;
}

/** Opens watches with a connection each. Resolves when the head of every answer has come. */
export async function openHTTP1Watches(options: OpenOptions): Promise<Ended> {
  const { port, target, watchers, tally } = options;
  const ended: Ended = { count: 0 };
  const lines = Object.entries(options.headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `GET ${target} HTTP/1.1\r\nHost: localhost\r\n${lines.join('')}\r\n`;
  await inLanes(watchers, async (watcher) => {
    const socket = await connectTLS(port, 'http/1.1');
    await new Promise<void>((resolve, reject) => {
      const fail = (why: string) => (): void => {
        ended.count++;
        reject(new Error(`a watch ended: ${why}`));
      };
      socket.on('error', fail('error')).on('close', fail('closed'));
      // The head is taken for a beginning of the body: it has nothing in it that looks like an event, and ends in a line end.
      socket.on('data', (chunk: Buffer) => {
        tally.take(watcher, chunk);
        resolve();
      });
      socket.write(head);
    });
  });
  return ended;
}

async function inLanes(count: number, run: (index: number) => Promise<void>): Promise<void> {
  const indices = Array.from({ length: count }, (_, index) => index).values();
  await Promise.all(
    Array.from({ length: lanes }, async () => {
      for (const index of indices) await run(index);
    }),
  );
}
