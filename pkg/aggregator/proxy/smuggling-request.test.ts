import { connect, type TLSSocket } from 'node:tls';
import t from 'tap';
import { ask } from '../../testing/ask.ts';
import { startTLSBackend } from '../../testing/fake-backend.ts';
import { newProxyPKI, startProxy } from '../../testing/proxy-fixture.ts';
import { type ReadRequest, readRequests } from '../../testing/read-requests.ts';

const pki = await newProxyPKI();
const ca = pki.authority.caPEM;
const connections: { bytes: string; answered: number }[] = [];
/** Keeps every byte that it gets, and answers each complete request with its target. */
const backend = await startTLSBackend(pki.backendTLS, (socket: TLSSocket) => {
  const connection = { bytes: '', answered: 0 };
  connections.push(connection);
  socket.on('data', (chunk: Buffer) => {
    connection.bytes += chunk.toString('latin1');
    for (const { target } of readRequests(connection.bytes).requests.slice(connection.answered)) {
      connection.answered++;
      socket.write(`HTTP/1.1 200 OK\r\nX-Backend: yes\r\nContent-Length: ${target.length}\r\n\r\n${target}`);
    }
  });
});
/** Forgets what the backend has got; all of it has been answered, or its connection is over. */
function forget(): void {
  for (const connection of connections) Object.assign(connection, { bytes: '', answered: 0 });
}
const proxy = await startProxy({ pki, backend, options: { timeoutMs: 3_000 } });
t.teardown(async () => {
  await proxy.close();
  await backend.close();
});
const { port } = proxy.front;

/** Everything that the backend got, checked for what must hold whatever a client does. */
function received(): ReadRequest[] {
  return connections.flatMap(({ bytes }) => {
    const { requests, rest } = readRequests(bytes);
    if (rest === 'malformed') throw new Error(`the backend got ${JSON.stringify(bytes)}`);
    return requests;
  });
}

const evil = 'GET /evil HTTP/1.1\r\nHost: x\r\nX-Remote-User: root\r\n\r\n';
const post = 'POST /p HTTP/1.1\r\nHost: x\r\n';
const get = 'GET /g HTTP/1.1\r\n';
const chunks = '3\r\nabc\r\n0\r\n\r\n';
const chunked = `${post}Transfer-Encoding: chunked\r\n\r\n`;

/** Heads that have to be refused before anything goes to the backend. */
const heads: readonly [string, string][] = [
  ['a length and chunks', `${post}Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
  ['chunks and a length', `${post}Transfer-Encoding: chunked\r\nContent-Length: 6\r\n\r\n0\r\n\r\n`],
  ['two lengths', `${post}Content-Length: 3\r\nContent-Length: 5\r\n\r\nabcde`],
  ['two equal lengths', `${post}Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc`],
  ['a list of lengths', `${post}Content-Length: 3, 3\r\n\r\nabc`],
  ['a length with a plus', `${post}Content-Length: +3\r\n\r\nabc`],
  ['a length below zero', `${post}Content-Length: -3\r\n\r\nabc`],
  ['a length in hexadecimal', `${post}Content-Length: 0x3\r\n\r\nabc`],
  ['a length with a fraction', `${post}Content-Length: 3.0\r\n\r\nabc`],
  ['a length with letters', `${post}Content-Length: 3a\r\n\r\nabc`],
  ['a length with a blank inside', `${post}Content-Length: 1 2\r\n\r\nabc`],
  ['a length beyond 64 bits', `${post}Content-Length: 18446744073709551617\r\n\r\na`],
  ['a length without digits', `${post}Content-Length: \r\n\r\nabc`],
  ['a length in quotes', `${post}Content-Length: "3"\r\n\r\nabc`],
  ['a blank before the colon of a length', `${post}Content-Length : 3\r\n\r\nabc`],
  ['a tab before the colon of a length', `${post}Content-Length\t: 3\r\n\r\nabc`],
  ['a blank before the name of a length', `${post} Content-Length: 3\r\n\r\nabc`],
  ['another coding', `${post}Transfer-Encoding: gzip\r\n\r\n${chunks}`],
  ['identity', `${post}Transfer-Encoding: identity\r\n\r\n${chunks}`],
  ['another coding before chunks', `${post}Transfer-Encoding: gzip, chunked\r\n\r\n${chunks}`],
  ['another coding after chunks', `${post}Transfer-Encoding: chunked, identity\r\n\r\n${chunks}`],
  ['chunks twice', `${post}Transfer-Encoding: chunked, chunked\r\n\r\n${chunks}`],
  ['chunks twice, in two lines', `${post}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}`],
  [
    'chunks and identity, in two lines',
    `${post}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n${chunks}`,
  ],
  [
    'identity and chunks, in two lines',
    `${post}Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}`,
  ],
  ['almost chunked', `${post}Transfer-Encoding: xchunked\r\n\r\n${chunks}`],
  ['chunked with more behind', `${post}Transfer-Encoding: chunkedx\r\n\r\n${chunks}`],
  ['chunked with a parameter', `${post}Transfer-Encoding: chunked;q=1\r\n\r\n${chunks}`],
  ['chunked in quotes', `${post}Transfer-Encoding: "chunked"\r\n\r\n${chunks}`],
  ['chunked with a control character', `${post}Transfer-Encoding: \u000bchunked\r\n\r\n${chunks}`],
  ['chunked after a comma', `${post}Transfer-Encoding: , chunked\r\n\r\n${chunks}`],
  ['chunked without a value', `${post}Transfer-Encoding:\r\n\r\n${chunks}`],
  ['chunked over two lines', `${post}Transfer-Encoding:\r\n chunked\r\n\r\n${chunks}`],
  ['a blank before the colon of chunked', `${post}Transfer-Encoding : chunked\r\n\r\n${chunks}`],
  ['a NUL in the name of chunked', `${post}Transfer\u0000-Encoding: chunked\r\n\r\n${chunks}`],
  ['a bare line feed before chunked', `${post}X: y\nTransfer-Encoding: chunked\r\n\r\n${chunks}`],
  ['a bare carriage return before chunked', `${post}X: y\rTransfer-Encoding: chunked\r\n\r\n${chunks}`],
  ['a folded line', `${get}Host: x\r\nX: a\r\n b\r\n\r\n`],
  ['a line folded by a tab', `${get}Host: x\r\nX: a\r\n\tb\r\n\r\n`],
  ['a folded line at the start', `${get} Host: x\r\n\r\n`],
  ['a line without a colon', `${get}Host: x\r\nnonsense\r\n\r\n`],
  ['a line without a name', `${get}Host: x\r\n: y\r\n\r\n`],
  ['a blank in a name', `${get}Host: x\r\nX Y: z\r\n\r\n`],
  ['a bracket in a name', `${get}Host: x\r\nX(Y): z\r\n\r\n`],
  ['a byte beyond ASCII in a name', `${get}Host: x\r\nX\u00e9: z\r\n\r\n`],
  ['a NUL in a value', `${get}Host: x\r\nX: a\u0000b\r\n\r\n`],
  ['a bare carriage return in a value', `${get}Host: x\r\nX: a\rb\r\n\r\n`],
  ['a bare line feed between lines', `${get}Host: x\nX: y\r\n\r\n`],
  ['bare line feeds at the end', `${get}Host: x\n\n`],
  ['a bare line feed after the request line', 'GET /g HTTP/1.1\nHost: x\r\n\r\n'],
  ['no Host', `${get}X: y\r\n\r\n`],
  ['two Hosts', `${get}Host: x\r\nHost: y\r\n\r\n`],
  ['a blank in the target', 'GET /g /evil HTTP/1.1\r\nHost: x\r\n\r\n'],
  ['a tab in the target', 'GET /g\t/evil HTTP/1.1\r\nHost: x\r\n\r\n'],
  ['a tab after the method', 'GET\t/g HTTP/1.1\r\nHost: x\r\n\r\n'],
  ['a NUL in the target', 'GET /g\u0000 HTTP/1.1\r\nHost: x\r\n\r\n'],
  ['a control character in the target', 'GET /g\u0001x HTTP/1.1\r\nHost: x\r\n\r\n'],
  ['no target', 'GET HTTP/1.1\r\nHost: x\r\n\r\n'],
  ['no version', 'GET /g\r\nHost: x\r\n\r\n'],
  ['a version of two digits', 'GET /g HTTP/1.10\r\nHost: x\r\n\r\n'],
  ['another version', 'GET /g HTTP/3.0\r\nHost: x\r\n\r\n'],
  ['another protocol', 'GET /g ICAP/1.0\r\nHost: x\r\n\r\n'],
  ['a version in lower case', 'GET /g http/1.1\r\nHost: x\r\n\r\n'],
  ['an unknown method', 'FROB /g HTTP/1.1\r\nHost: x\r\n\r\n'],
  ['a method with a control character', 'G\u0001T /g HTTP/1.1\r\nHost: x\r\n\r\n'],
  ['an answer', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'],
  ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ['an absolute target of another server', 'GET http://evil/evil HTTP/1.1\r\nHost: x\r\n\r\n'],
  ['an authority as the target', 'GET evil:80 HTTP/1.1\r\nHost: x\r\n\r\n'],
  ['a star as the target', 'GET * HTTP/1.1\r\nHost: x\r\n\r\n'],
  ['CONNECT', 'CONNECT evil:80 HTTP/1.1\r\nHost: x\r\n\r\n'],
];

/** Bodies that turn out to be broken when the head has gone to the backend: the backend must see its request cut off. */
const bodies: readonly [string, string][] = [
  ['a size that is no number', `${chunked}xyz\r\nabc\r\n0\r\n\r\n`],
  ['a size with 0x', `${chunked}0x3\r\nabc\r\n0\r\n\r\n`],
  ['a size below zero', `${chunked}-3\r\nabc\r\n0\r\n\r\n`],
  ['a size with a plus', `${chunked}+3\r\nabc\r\n0\r\n\r\n`],
  ['a size beyond 64 bits', `${chunked}10000000000000003\r\nabc\r\n0\r\n\r\n`],
  ['a size with a blank before it', `${chunked} 3\r\nabc\r\n0\r\n\r\n`],
  ['a size that ends with a bare line feed', `${chunked}3\nabc\r\n0\r\n\r\n`],
  ['a size that ends with a bare carriage return', `${chunked}3\rabc\r\n0\r\n\r\n`],
  ['no size', `${chunked}\r\nabc\r\n0\r\n\r\n`],
  ['a chunk longer than it says', `${chunked}3\r\nabcd\r\n0\r\n\r\n`],
  ['a chunk shorter than it says', `${chunked}5\r\nabc\r\n0\r\n\r\n`],
  ['a chunk that ends with a bare line feed', `${chunked}3\r\nabc\n0\r\n\r\n`],
  ['a bare line feed in an extension', `${chunked}3;a=\nb\r\nabc\r\n0\r\n\r\n`],
  ['a carriage return in an extension', `${chunked}3;a=\rb\r\nabc\r\n0\r\n\r\n`],
  ['a trailer without a colon', `${chunked}3\r\nabc\r\n0\r\nnonsense\r\n\r\n`],
  ['a folded trailer', `${chunked}3\r\nabc\r\n0\r\nX: a\r\n b\r\n\r\n`],
  ['a bare line feed in a trailer', `${chunked}3\r\nabc\r\n0\r\nX: a\nY: b\r\n\r\n`],
];

/** Sends bytes and the request that is to be smuggled, and reads until the connection ends or nothing more can come. */
async function send(text: string): Promise<string> {
  const client = await proxy.connect();
  client.send(text + evil);
  const timer = setTimeout(() => client.socket.destroy(), 3_000);
  const answer = await client.closed;
  clearTimeout(timer);
  return answer;
}

async function isInStep(): Promise<boolean> {
  const target = `/in-step-${connections.length}-${Math.random()}`;
  const replies = await Promise.all([ask({ port, ca, path: target }), ask({ port, ca, path: target, protocol: 'h2' })]);
  return replies.every(({ status, body }) => status === 200 && body.toString() === target);
}

t.test(`${heads.length} malformed heads are refused, and nothing of them reaches the backend`, async (t) => {
  t.ok(heads.length >= 60);
  for (const [what, text] of heads) {
    forget();
    const answer = await send(text);
    t.match(answer, /^(HTTP\/1\.1 [45]\d\d |$)/, what);
    t.notMatch(answer, /X-Backend|\/evil/, what);
    t.equal(connections.map(({ bytes }) => bytes).join(''), '', `${what}: nothing was sent on`);
  }
  t.equal(await isInStep(), true);
});

t.test(`${bodies.length} malformed bodies end their request, and nothing behind them is one`, async (t) => {
  for (const [what, text] of bodies) {
    forget();
    const answer = await send(text);
    t.notMatch(answer, /X-Backend|HTTP\/1\.1 2/, what);
    t.same(received(), [], `${what}: no complete request was sent on`);
    t.notMatch(connections.map(({ bytes }) => bytes).join(''), /\/evil|root/, what);
    t.equal(await isInStep(), true, what);
  }
});

t.test('what is odd and clear arrives in the one form that all read alike', async (t) => {
  for (const [what, text, body] of [
    ['an empty line before the request', `\r\n${post}Content-Length: 3\r\n\r\nabc`, 'abc'],
    ['two blanks after the method', `POST  /p HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc`, 'abc'],
    ['CHUNKED', `${post}Transfer-Encoding: CHUNKED\r\n\r\n${chunks}`, 'abc'],
    ['blanks around chunked', `${post}Transfer-Encoding: \t chunked \t\r\n\r\n${chunks}`, 'abc'],
    ['an extension of a chunk', `${chunked}3;a=b;c="d"\r\nabc\r\n0\r\n\r\n`, 'abc'],
    ['zeros before a size', `${chunked}0003\r\nabc\r\n000\r\n\r\n`, 'abc'],
    ['a trailer that says it is a length', `${chunked}3\r\nabc\r\n0\r\nContent-Length: 99\r\n\r\n`, 'abc'],
    ['a trailer that says who the user is', `${chunked}3\r\nabc\r\n0\r\nX-Remote-User: root\r\n\r\n`, 'abc'],
    ['a length with an underscore', `${post}Content_Length: 99\r\nContent-Length: 3\r\n\r\nabc`, 'abc'],
    ['zeros before a length', `${post}Content-Length: 003\r\n\r\nabc`, 'abc'],
  ] as const) {
    forget();
    const client = await proxy.connect();
    client.send(`${text}GET /next HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    const answer = await client.closed;
    if (answer.startsWith('HTTP/1.1 4')) {
      t.same(received(), [], `${what}: refused`);
      continue;
    }
    t.same(
      // Both may be under way at a time, on two connections.
      new Map(received().map(({ target, body: sent }) => [target, sent])),
      new Map([
        ['/p', body],
        ['/next', ''],
      ]),
      what,
    );
    t.notMatch(connections.map(({ bytes }) => bytes).join(''), /root|\b99\b/, what);
  }
});

/** One frame of HTTP/2 (RFC 9113 4.1). */
function frame([type, flags, stream]: readonly [number, number, number], payload: Buffer): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** Header fields as literals without Huffman coding (RFC 7541 6.2.2), which can hold any byte. */
function fields(pairs: readonly (readonly [string, string])[]): Buffer {
  const text = (value: string): Buffer => Buffer.concat([Buffer.from([value.length]), Buffer.from(value, 'latin1')]);
  return Buffer.concat(pairs.flatMap(([name, value]) => [Buffer.from([0]), text(name), text(value)]));
}

/** Sends one request in frames of our making, and waits until the server has dealt with it. */
async function sendFrames(pairs: readonly (readonly [string, string])[], body: string | undefined): Promise<void> {
  const socket = connect({ host: '127.0.0.1', port, ca, servername: 'localhost', ALPNProtocols: ['h2'] });
  socket.on('error', () => {}).resume();
  await new Promise((resolve) => socket.once('secureConnect', resolve));
  const preface = Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), frame([4, 0, 0], Buffer.alloc(0))]);
  const head = frame([1, body === undefined ? 5 : 4, 1], fields(pairs));
  const data = body === undefined ? Buffer.alloc(0) : frame([0, 1, 1], Buffer.from(body, 'latin1'));
  // A ping behind it is answered when all before it has been read.
  const answered = new Promise<void>((resolve) => {
    let text = '';
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      if (text.includes('pingpong')) resolve();
    });
    socket.once('close', () => resolve());
  });
  socket.write(Buffer.concat([preface, head, data, frame([6, 0, 0], Buffer.from('pingpong'))]));
  await answered;
  await new Promise((resolve) => setTimeout(resolve, 20));
  socket.destroy();
}

const pseudo = [
  [':method', 'POST'],
  [':scheme', 'https'],
  [':path', '/p'],
  [':authority', 'x'],
] as const;

t.test('HTTP/2 cannot say what HTTP/1.1 would read as another message', async (t) => {
  const crlf = `\r\n\r\n${evil}`;
  for (const [what, pairs, body] of [
    ['lines in a value', [...pseudo, ['x-a', `b${crlf}`]], undefined],
    ['a line feed in a value', [...pseudo, ['x-a', 'b\nX-Remote-User: root']], undefined],
    ['a NUL in a value', [...pseudo, ['x-a', 'b\u0000c']], undefined],
    ['lines in a name', [...pseudo, ['x-a: b\r\nx-remote-user', 'root']], undefined],
    ['a colon in a name', [...pseudo, ['x-remote-user:', 'root']], undefined],
    ['a blank in a name', [...pseudo, ['x-remote-user ', 'root']], undefined],
    ['upper case in a name', [...pseudo, ['X-Remote-User', 'root']], undefined],
    [
      'lines in the path',
      [
        [':method', 'GET'],
        [':scheme', 'https'],
        [':path', `/p HTTP/1.1${crlf}`],
        [':authority', 'x'],
      ],
      undefined,
    ],
    [
      'a blank in the path',
      [
        [':method', 'GET'],
        [':scheme', 'https'],
        [':path', '/p /evil'],
        [':authority', 'x'],
      ],
      undefined,
    ],
    [
      'no path',
      [
        [':method', 'GET'],
        [':scheme', 'https'],
        [':path', ''],
        [':authority', 'x'],
      ],
      undefined,
    ],
    [
      'a path that is a URL',
      [
        [':method', 'GET'],
        [':scheme', 'https'],
        [':path', 'http://evil/evil'],
        [':authority', 'x'],
      ],
      undefined,
    ],
    [
      'lines in the method',
      [
        [':method', `GET /evil HTTP/1.1${crlf}`],
        [':scheme', 'https'],
        [':path', '/p'],
        [':authority', 'x'],
      ],
      undefined,
    ],
    [
      'a blank in the method',
      [
        [':method', 'GET /evil'],
        [':scheme', 'https'],
        [':path', '/p'],
        [':authority', 'x'],
      ],
      undefined,
    ],
    [
      'lines in the authority',
      [
        [':method', 'GET'],
        [':scheme', 'https'],
        [':path', '/p'],
        [':authority', `x${crlf}`],
      ],
      undefined,
    ],
    ['two paths', [...pseudo, [':path', '/evil']], undefined],
    ['a pseudo field after the others', [['x-a', 'b'], ...pseudo], undefined],
    ['an unknown pseudo field', [...pseudo, [':user', 'root']], undefined],
    ['chunks', [...pseudo, ['transfer-encoding', 'chunked']], `0\r\n${crlf}`],
    ['a connection', [...pseudo, ['connection', 'x-remote-user']], undefined],
    ['a length that is too short', [...pseudo, ['content-length', '0']], evil],
    ['a length that is too long', [...pseudo, ['content-length', '999']], evil],
    ['two lengths', [...pseudo, ['content-length', '3'], ['content-length', '0']], evil],
    ['a length that is no number', [...pseudo, ['content-length', '3a']], evil],
  ] as const) {
    forget();
    await sendFrames(pairs, body);
    t.notMatch(
      received().map(({ target }) => target),
      ['/evil'],
      what,
    );
    t.notMatch(
      received().flatMap(({ lines }) => lines),
      ['root'],
      what,
    );
    t.equal(await isInStep(), true, what);
  }
});
