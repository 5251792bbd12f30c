import { once } from 'node:events';
import { createServer } from 'node:http2';
import { type AddressInfo, connect } from 'node:net';
import t from 'tap';
import { HTTP2Connection } from './clients/http2-connection.ts';
import { WatchTally } from './clients/watch-tally.ts';
import { toCosts } from './lib/cpu-profile.ts';
import { parseH2load } from './lib/h2load.ts';
import { measureInRounds } from './lib/rounds.ts';
import { best, median, medianRatio, quantile } from './lib/statistics.ts';
import { toTable } from './lib/table.ts';
import { parseWrk } from './lib/wrk.ts';

t.test('what wrk prints is read, with its failures', async (t) => {
  const output = `Running 3s test @ https://127.0.0.1:1/
  Latency Distribution
     50%  970.00us
     75%    5.42ms
     90%    9.04ms
     99%    1.50s
  21672 requests in 3.01s, 10.46MB read
  Socket errors: connect 0, read 2, write 0, timeout 1
  Non-2xx or 3xx responses: 7
Requests/sec:   7194.43`;
  t.match(parseWrk(output), { requestsPerSecond: 7194.43, requests: 21672, p50Ms: 0.97, p99Ms: 1500, failures: 10 });
});

t.test('what h2load prints and logs is read, with its failures', async (t) => {
  const output = `finished in 4.00s, 11354.67 req/s, 3.60MB/s
requests: 340 total, 340 started, 340 done, 337 succeeded, 1 failed, 0 errored, 2 timeout
status codes: 336 2xx, 0 3xx, 1 4xx, 3 5xx`;
  const log = '1795266020743524\t200\t51162\n1795266020743526\t200\t1000\n1795266020743526\t-1\t2000\n';
  const expected = { requestsPerSecond: 11354.67, requests: 340, p50Ms: 2, p99Ms: 51.162, failures: 7 };
  t.same(parseH2load(output, log), expected);
});

t.test('medians and ratios', async (t) => {
  t.equal(median([3, 1, 2]), 2);
  t.equal(median([4, 1, 2, 3]), 2.5);
  t.equal(quantile([1, 2, 3, 4], 0.99), 4);
  t.equal(best('p50 ms', [3, 1, 2]), 1);
  t.equal(best('req/s', [3, 1, 2]), 3);
  t.equal(medianRatio([10, 40, 30], [10, 20, 10]), 2, 'of values of the same round');
});

t.test('subjects are measured in turn, every second round backwards', async (t) => {
  const order: string[] = [];
  const measured = (name: string) => async (): Promise<Record<string, number>> => {
    order.push(name);
    return { ms: order.length };
  };
  const subjects = [
    { who: 'tributary', form: 'get', measure: measured('ours') },
    { who: 'theirs', measure: measured('theirs') },
  ];
  const results = await measureInRounds({ rounds: 2 }, subjects);
  t.same(order, ['ours', 'theirs', 'theirs', 'ours']);
  const lines = toTable(results).split('\n');
  t.match(lines, [
    /ms$/,
    /^get: tributary +2\.50 \(1\.00\)$/,
    /^ {2}÷ theirs +×0\.92 \(×0\.50\)$/,
    /^theirs +2\.50 \(2\.00\)$/,
  ]);
});

t.test('events are found wherever the stream was cut', async (t) => {
  const frame = (event: number): string => `{"type":"ADDED","object":{"metadata":{"name":"tick-${event}.7"}}}\n`;
  const stream = Buffer.from(`{"type":"BOOKMARK"}\n${frame(0)}${frame(1)}${frame(1)}${frame(12)}`);
  for (let cut = 0; cut <= stream.length; cut++) {
    const tally = new WatchTally(1, 13);
    for (let event = 0; event < 13; event++) tally.send();
    tally.take(0, stream.subarray(0, cut));
    tally.take(0, stream.subarray(cut));
    t.match(tally.result(), { delivered: 3, repeated: 1, lost: 10 }, `cut at ${cut}`);
  }
});

t.test('the client by hand speaks HTTP/2 with Node', async (t) => {
  const server = createServer();
  const asked: unknown[] = [];
  server.on('stream', (stream, headers) => {
    asked.push([headers[':path'], headers['authorization']]);
    stream.respond({ ':status': 200 });
    stream.write('a'.repeat(100_000));
    stream.end('end');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  await once(socket, 'connect');
  const bodies = new Map<number, string>();
  const path = `/${'x'.repeat(500)}`;
  await new Promise<void>((resolve) => {
    const client = new HTTP2Connection(socket, {
      head: (stream) => void bodies.set(stream, ''),
      data: (stream, bytes) => void bodies.set(stream, `${bodies.get(stream)}${bytes.toString()}`),
      end() {
        if ([...bodies.values()].filter((body) => body.endsWith('end')).length < 2) return;
        client.destroy();
        resolve();
      },
    });
    client.get('/short', { Authorization: 'Bearer one' });
    client.get(path, { Authorization: 'Bearer two' });
  });
  t.same(asked, [
    ['/short', 'Bearer one'],
    [path, 'Bearer two'],
  ]);
  t.same(
    [...bodies].map(([stream, body]) => [stream, body.length]),
    [
      [1, 100_003],
      [3, 100_003],
    ],
  );
});

t.test('a profile is added up by function, recursion once', async (t) => {
  const node = (id: number, functionName: string, children: number[]) => {
    return { id, children, callFrame: { functionName, url: 'node:fs', lineNumber: 9 } };
  };
  const nodes = [node(1, 'root', [2]), node(2, 'walk', [3]), node(3, 'walk', [4]), node(4, 'leaf', [])];
  const costs = toCosts({ nodes, samples: [2, 3, 4, 4], timeDeltas: [1, 2, 4, 8] });
  const found = costs.map(({ place, own, total }) => [place, own, total]);
  t.same(found, [
    ['node:fs:10 root', 0, 15],
    ['node:fs:10 walk', 3, 15],
    ['node:fs:10 leaf', 12, 12],
  ]);
});
