import type { TLSSocket } from 'node:tls';
import t from 'tap';
import { ask } from '../../testing/ask.ts';
import { eventually } from '../../testing/eventually.ts';
import { startTLSBackend } from '../../testing/fake-backend.ts';
import { newProxyPKI, startProxy } from '../../testing/proxy-fixture.ts';
import { type ReadRequest, readRequests } from '../../testing/read-requests.ts';

// The same messages each time. `FUZZ_SEED` and `FUZZ_ROUNDS` find others.
const seed = Number(process.env['FUZZ_SEED'] ?? 20_261_121);
const rounds = Number(process.env['FUZZ_ROUNDS'] ?? 200);

/** Evenly distributed integers below a bound, the same for each seed (Lehmer). */
function newRandom(start: number): (bound: number) => number {
  let state = start % 2_147_483_647 || 1;
  return (bound) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % bound;
  };
}

const pieces = [
  '\r\n',
  '\n',
  '\r',
  '\0',
  ' ',
  '\t',
  ':',
  ',',
  ';',
  '0',
  '5',
  'ffffffffffffffff',
  '\r\n\r\n',
  '0\r\n\r\n',
  'Transfer-Encoding: chunked\r\n',
  'Transfer-Encoding: identity\r\n',
  'Content-Length: 5\r\n',
  'Content-Length: 0\r\n',
  'content-length : 1\r\n',
  'Connection: close\r\n',
  'Connection: Content-Length, X-Remote-User\r\n',
  'Expect: 100-continue\r\n',
  'TE: trailers\r\n',
  'Trailer: X-T\r\n',
  'Host: y\r\n',
  'X-Remote-User: root\r\n',
  'x_remote_group: system:masters\r\n',
  'Upgrade: h2c\r\n',
  ' folded\r\n',
  'GET /evil HTTP/1.1\r\nHost: x\r\n\r\n',
  'HTTP/1.1',
  'HTTP/1.0',
  '\u00e9',
  '\u0001',
  'chunked',
];

const templates = [
  (id: number) => `GET /${id}?a=%2F&b;c HTTP/1.1\r\nHost: x\r\nX-A: 1\r\nX-A: 2\r\n\r\n`,
  (id: number) => `POST /${id} HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Type: a/b\r\n\r\nhello`,
  (id: number) =>
    `PUT /${id} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n3;x=y\r\nyou\r\n0\r\nX-T: 1\r\n\r\n`,
  (id: number) => `DELETE /${id} HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}`,
  (id: number) => `HEAD /${id} HTTP/1.1\r\nHost: x\r\nAccept: */*\r\n\r\n`,
];

function mutate(text: string, random: (bound: number) => number): string {
  const at = random(text.length + 1);
  const length = 1 + random(6);
  const piece = pieces[random(pieces.length)] ?? '';
  const line = text.indexOf('\r\n', random(text.length)) + 2;
  switch (random(6)) {
    case 0:
      return text.slice(0, at) + piece + text.slice(at);
    case 1:
      return text.slice(0, at) + text.slice(at + length);
    case 2:
      return text.slice(0, at) + text.slice(at, at + length).repeat(2) + text.slice(at + length);
    case 3:
      return text.slice(0, at) + String.fromCharCode(random(256)) + text.slice(at + 1);
    case 4:
      // A whole line more, where lines stand.
      return text.slice(0, line) + piece + text.slice(line);
    default:
      return text.slice(0, at) + piece + text.slice(at + length);
  }
}

/** So long nothing comes of a message that is not whole. */
const quietMs = 100;

const pki = await newProxyPKI();
const ca = pki.authority.caPEM;
const connections: { bytes: string; answered: number; closed: boolean }[] = [];
const backend = await startTLSBackend(pki.backendTLS, (socket: TLSSocket) => {
  const connection = { bytes: '', answered: 0, closed: false };
  connections.push(connection);
  socket.once('close', () => (connection.closed = true));
  socket.on('data', (chunk: Buffer) => {
    connection.bytes += chunk.toString('latin1');
    for (const { method, target } of readRequests(connection.bytes).requests.slice(connection.answered)) {
      connection.answered++;
      const body = method === 'HEAD' ? '' : target;
      socket.write(`HTTP/1.1 200 OK\r\nX-Backend: yes\r\nContent-Length: ${target.length}\r\n\r\n${body}`);
    }
  });
});
const proxy = await startProxy({ pki, backend, options: { timeoutMs: 1_000 } });
t.teardown(async () => {
  await proxy.close();
  await backend.close();
});

/** Forgets what the backend has got. A request of which only a part came must have been the end of its connection. */
async function forget(): Promise<void> {
  const isOver = ({ bytes, closed }: { bytes: string; closed: boolean }): boolean =>
    closed || readRequests(bytes).rest === 'nothing';
  await eventually('what was cut off is closed', () => connections.every(isOver));
  connections.splice(0, connections.length, ...connections.filter(({ closed }) => !closed));
  for (const connection of connections) Object.assign(connection, { bytes: '', answered: 0 });
}

/** Sends bytes, and reads what comes until the front closes or waits for more. */
async function send(text: string): Promise<string> {
  const client = await proxy.connect();
  client.send(text);
  let timer = setTimeout(() => client.socket.destroy(), quietMs);
  client.socket.on('data', () => {
    clearTimeout(timer);
    timer = setTimeout(() => client.socket.destroy(), quietMs);
  });
  const answer = await client.closed;
  clearTimeout(timer);
  return answer;
}

const valuesOf = ({ lines }: ReadRequest, name: string): string[] =>
  lines.filter((_, index) => index % 2 === 1 && lines[index - 1]?.toLowerCase() === name);

/** What of a request must be the same on both sides; in the order of the targets, because pipelined ones may overtake each other. */
function essence(requests: readonly ReadRequest[]): string[] {
  return requests
    .map((request) => {
      const types = valuesOf(request, 'content-type').join('|');
      return JSON.stringify([request.method, request.target, request.body, types, valuesOf(request, 'x-a')]);
    })
    .toSorted();
}

function isOfRound(target: string, round: number): boolean {
  return Math.floor(Number(/^\/(\d+)/.exec(target)?.[1] ?? -1) / 10) === round;
}

/** What is wrong with what the backend got for these bytes. */
function judge(round: number, sent: string, answer: string): string | undefined {
  const read = connections.map(({ bytes }) => readRequests(bytes));
  if (read.some(({ rest }) => rest === 'malformed')) return 'the backend got a malformed message';
  // A client that is left out of patience may be outlived by what it has asked for.
  const got = read.flatMap(({ requests }) => requests).filter(({ target }) => !isOfRound(target, round - 1));
  for (const request of got) {
    if (valuesOf(request, 'x-remote-user').join() !== 'alice') return 'the backend was told of another user';
    const remote = request.lines.filter((_, index) => /^x[^a-z\d]remote/i.test(request.lines[index - 1] ?? ''));
    if (remote.some((value) => /root|masters/.test(value))) return 'an identity came through';
  }
  const answers = answer.split('X-Backend: yes').length - 1;
  if (answers > got.length) return 'more answers than requests';
  const meant = readRequests(sent);
  // What the strictest reader takes for whole must arrive as it is. The gateway may read less of it, and of the rest nothing that
  // the strictest reader would not call a request at all.
  const [wanted, arrived] = [essence(meant.requests), essence(got)];
  const strangers = arrived.filter((each) => !wanted.includes(each));
  if (meant.rest === 'nothing' && strangers.length > 0) return `the backend got ${strangers.join(' ')}`;
  return undefined;
}

t.test(`${rounds} mutated messages, seed ${seed}`, async (t) => {
  const random = newRandom(seed);
  let forwarded = 0;
  for (let round = 0; round < rounds; round++) {
    await forget();
    let text = '';
    for (let index = 0; index <= random(2); index++) text += templates[random(templates.length)]?.(round * 10 + index);
    for (let count = random(4); count > 0; count--) text = mutate(text, random);
    // With it the front closes what it takes for whole.
    text += 'GET /end HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
    const answer = await send(text);
    const fault = judge(round, text, answer);
    if (fault !== undefined) t.fail(`round ${round}: ${fault}`, { text: JSON.stringify(text), answer });
    forwarded += connections.filter(({ answered }) => answered > 0).length;
    if (round % 50 !== 0) continue;
    const path = `/check-${round}`;
    const replies = await Promise.all(
      (['h1', 'h2'] as const).map((protocol) => ask({ port: proxy.front.port, ca, path, protocol })),
    );
    for (const { body } of replies) t.equal(body.toString(), path, 'nobody gets an answer to something else');
  }
  t.ok(
    forwarded > rounds / 10 && forwarded < rounds * 2,
    `${forwarded} got through, so both sides of the line are seen`,
  );
});
