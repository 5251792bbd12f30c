import { connect } from 'node:http2';
import { request as sendRequest } from 'node:https';
import type { Readable, Writable } from 'node:stream';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import t from 'tap';
import { startHTTPBackend } from '../../testing/fake-backend.ts';
import { newProxyPKI, startProxy } from '../../testing/proxy-fixture.ts';

/** Bytes in each direction and protocol; `FLAT_MEMORY_MB=10240` is the proof for ten gigabytes, some minutes long. */
const total = Number(process.env['FLAT_MEMORY_MB'] ?? 144) * 1024 * 1024;
/** What all four ends and the way between them may hold at a time; some of it is freed already, but not yet noted as such. */
const bound = 96 * 1024 * 1024;
const piece = Buffer.alloc(64 * 1024, 'x');
setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

t.setTimeout(3_600_000);
const pki = await newProxyPKI();
const ca = pki.authority.caPEM;
const fronts = { h1: await startBefore(false), h2: await startBefore(true) };

/** The port of a gateway before a backend. */
async function startBefore(multiplexed: boolean): Promise<number> {
  const backend = await startHTTPBackend({
    ...pki.backendTLS,
    http2: multiplexed,
    onRequest: (request, response) => {
      if (request.method === 'GET') void produce(response);
      else void consume(request).then((bytes) => response.end(String(bytes)));
    },
  });
  const proxy = await startProxy({ pki, backend });
  t.teardown(async () => {
    await proxy.close();
    await backend.close();
  });
  return proxy.front.port;
}

async function produce(stream: Writable): Promise<void> {
  for (let sent = 0; sent < total; sent += piece.length) {
    if (!stream.write(piece)) await new Promise((resolve) => stream.once('drain', resolve));
  }
  stream.end();
}

/** Bytes held, measured on the way. */
const samples: number[] = [];

async function consume(stream: Readable): Promise<number> {
  let bytes = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > ((samples.length + 1) * total) / 8) samples.push(held());
  }
  return bytes;
}

/** Bytes that are held at this moment. What nobody holds does not count. */
function held(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

function http1(method: string, port: number): { readonly up: Writable; readonly down: Promise<Readable> } {
  const up = sendRequest({ host: '127.0.0.1', port, ca, servername: 'localhost', method, agent: false });
  return { up, down: new Promise((resolve, reject) => up.once('response', resolve).once('error', reject)) };
}

function http2(method: string, port: number): { readonly up: Writable; readonly down: Promise<Readable> } {
  const session = connect(`https://localhost:${port}`, { ca });
  t.teardown(() => session.destroy());
  const up = session.request({ ':method': method, ':path': '/' }, { endStream: false });
  return { up, down: Promise.resolve(up) };
}

for (const [protocol, open] of [
  ['h1', http1],
  ['h2', http2],
] as const) {
  for (const method of ['GET', 'PUT'] as const) {
    const what = method === 'GET' ? 'an answer' : 'an upload';
    // Answers stay in their protocol, uploads change it.
    const to = (protocol === 'h1') === (method === 'GET') ? 'h1' : 'h2';
    t.test(`${what} of ${total / 1024 / 1024} MB passes through flat memory, ${protocol} to ${to}`, async (t) => {
      t.setTimeout(3_600_000);
      samples.length = 0;
      const before = held();
      const { up, down } = open(method, fronts[to]);
      if (method === 'GET') {
        up.end();
        t.equal(await consume(await down), total);
      } else {
        let text = '';
        const read = async (): Promise<void> => {
          for await (const chunk of (await down) as AsyncIterable<Buffer>) text += chunk.toString();
        };
        await Promise.all([produce(up), read()]);
        t.equal(text, String(total));
      }
      const most = Math.max(...samples) - before;
      t.ok(samples.length >= 7 && most < bound, `held at most: ${Math.round(most / 1024 / 1024)} MB`);
    });
  }
}
