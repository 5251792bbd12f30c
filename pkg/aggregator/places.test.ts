import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { createServer as createHTTPServer, type RequestListener } from 'node:http';
import { createServer as createHTTPSServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { backendAnnotations } from '../../apis/service.grafana.app/v0alpha1/backend-annotations.ts';
import { startAPIServer } from '../testing/api-server-fixture.ts';
import { eventually } from '../testing/eventually.ts';
import { newTestAuthority } from '../testing/pki.ts';
import { newRecordingLogger, type RecordingLogger } from '../testing/recording-logger.ts';
import { newProxyDelegate } from './handlers/proxy.ts';
import { newTransport } from './proxy/transport.ts';
import { newDNSLookup } from './resolver/host-records.ts';
import {
  type AggregatorFixture,
  type ExternalNameFacts,
  putExternalName,
  startAggregator,
} from './testing/aggregator-fixture.ts';

t.jobs = 4;

const authority = await newTestAuthority();
const other = await newTestAuthority({ commonName: 'somebody-else' });
const name = 'v1.a.example';
const { url, unixSocket, tlsServerName, caFile } = backendAnnotations;

interface Gateway extends AggregatorFixture {
  readonly logger: RecordingLogger;
  /** Who answers a request, `503` when nobody does. */
  readonly ask: () => Promise<string>;
  readonly put: (facts: ExternalNameFacts) => Promise<void>;
  /** Resolves when this is what the gateway answers. */
  readonly answers: (expected: string) => Promise<void>;
  readonly message: () => string;
}

async function start(t: Test, servers?: readonly string[]): Promise<Gateway> {
  const logger = newRecordingLogger();
  const fixture = await startAggregator({
    newTransport,
    logger,
    credentials: { gatewayCA: authority.caPEM },
    ...(servers !== undefined && { lookupHost: newDNSLookup({ servers }) }),
  });
  t.teardown(() => fixture.stop());
  const { aggregator, externalNames } = fixture;
  const api = await startAPIServer(t, { prepare: (server) => server.addDelegate(newProxyDelegate({ aggregator })) });
  const ask = async (): Promise<string> => {
    const { status, text } = await api.admin.send('GET', '/apis/a.example/v1/things?x=%2F');
    return status === 200 ? text : String(status);
  };
  const answers = async (expected: string): Promise<void> => {
    const deadline = performance.now() + 5000;
    for (let seen = await ask(); seen !== expected; seen = await ask()) {
      if (performance.now() > deadline) throw new Error(`${expected} does not answer, but ${seen}: ${message()}`);
    }
  };
  const put = (facts: ExternalNameFacts): Promise<void> => putExternalName(externalNames, 'svc', facts);
  const message = (): string => aggregator.describe().find((each) => each.name === name)?.message ?? '';
  return Object.assign(fixture, { logger, ask, put, answers, message });
}

/** Answers with its name and the path; discovery below any prefix. */
function newListener(who: string): RequestListener {
  return (request, response) => {
    response.setHeader('Content-Type', 'application/json');
    const discovery = request.url?.endsWith('/apis/a.example/v1') === true;
    response.end(discovery ? '{"kind":"APIResourceList","resources":[]}' : `${who} ${request.url}`);
  };
}

interface Listening {
  readonly who: string;
  /** The port, the path of a socket, or an address and a port. */
  readonly at?: string | { readonly host: string; readonly port: number };
  /** Names of the certificate; none for plain HTTP. */
  readonly names?: readonly string[];
  readonly issuer?: typeof authority;
}

async function listen(t: Test, { who, at, names, issuer = authority }: Listening): Promise<number> {
  const pair = names === undefined ? undefined : await issuer.serving([...names]);
  const server =
    pair === undefined
      ? createHTTPServer(newListener(who))
      : createHTTPSServer({ cert: pair.certPEM, key: pair.keyPEM }, newListener(who));
  (server as Server).listen(at ?? { host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return typeof at === 'string' ? 0 : (server.address() as AddressInfo).port;
}

async function newFolder(t: Test): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'places-'));
  t.teardown(() => rm(folder, { recursive: true }));
  return folder;
}

t.test('a URL names scheme, port and path; taken away, everything is as before', { buffered: true }, async (t) => {
  const gateway = await start(t);
  const [secure, plain, ordinary] = await Promise.all([
    listen(t, { who: 'secure', names: ['localhost'] }),
    listen(t, { who: 'plain' }),
    listen(t, { who: 'ordinary', names: ['svc.ns.svc'] }),
  ]);
  const host = 'localhost';
  await gateway.put({ host, annotations: { [url]: `https://localhost:${secure}/base` } });
  await gateway.register({ name, port: ordinary });
  await gateway.answers('secure /base/apis/a.example/v1/things?x=%2F');
  t.same(gateway.aggregator.list()[0]?.addresses, [`https://localhost:${secure}/base`]);
  await gateway.put({ host, annotations: { [url]: `http://localhost:${plain}` } });
  await gateway.answers('plain /apis/a.example/v1/things?x=%2F');
  await gateway.put({ host, annotations: { [url]: `https://localhost:${plain}` } });
  await eventually('plain HTTP is not taken for TLS', () => /not TLS/.test(gateway.message()));
  await gateway.put({ host });
  await gateway.answers('ordinary /apis/a.example/v1/things?x=%2F');
});

t.test('a unix socket, with and without TLS', { buffered: true }, async (t) => {
  const gateway = await start(t);
  const folder = await newFolder(t);
  const [secure, plain] = [join(folder, 'secure'), join(folder, 'plain')];
  await listen(t, { who: 'secure', names: ['svc.ns.svc'], at: secure });
  await listen(t, { who: 'plain', at: plain });
  const host = 'nowhere.invalid';
  await gateway.put({ host, annotations: { [unixSocket]: secure } });
  await gateway.register({ name, port: 1 });
  await gateway.answers('secure /apis/a.example/v1/things?x=%2F');
  await gateway.put({ host, annotations: { [unixSocket]: plain, [url]: `http://${host}/x` } });
  await gateway.answers('plain /x/apis/a.example/v1/things?x=%2F');
  await gateway.put({ host, annotations: { [unixSocket]: join(folder, 'missing') } });
  await eventually('the missing socket is named', () => gateway.message().includes(`no socket ${folder}/missing`));
  t.equal(await gateway.ask(), '503');
});

t.test('a server name is the only one that is accepted', { buffered: true }, async (t) => {
  const gateway = await start(t);
  const port = await listen(t, { who: 'a', names: ['metrics.internal'] });
  await gateway.put({ host: '127.0.0.1' });
  await gateway.register({ name, port });
  await eventually('another name is refused', () =>
    /for metrics\.internal, not for svc\.ns\.svc/.test(gateway.message()),
  );
  await gateway.put({ host: '127.0.0.1', annotations: { [tlsServerName]: 'metrics.internal' } });
  await gateway.answers('a /apis/a.example/v1/things?x=%2F');
  const usual = await listen(t, { who: 'b', names: ['svc.ns.svc', '127.0.0.1'] });
  const annotations = { [tlsServerName]: 'metrics.internal', [url]: `https://127.0.0.1:${usual}` };
  await gateway.put({ host: '127.0.0.1', annotations });
  await eventually('the usual names are not', () => /not for metrics\.internal/.test(gateway.message()));
});

t.test(
  'a CA file is trusted alone, and followed; a bad one in its place changes nothing',
  { buffered: true },
  async (t) => {
    const gateway = await start(t);
    const folder = await newFolder(t);
    const path = join(folder, 'ca.pem');
    const replace = async (text: string): Promise<void> => {
      await writeFile(`${path}.new`, text);
      await rename(`${path}.new`, path);
    };
    const port = await listen(t, { who: 'a', names: ['svc.ns.svc'], issuer: other });
    await gateway.put({ host: '127.0.0.1', annotations: { [caFile]: path } });
    await gateway.register({ name, port });
    await eventually('the file is missing', () =>
      /^the CA file .*ca\.pem cannot be used: ENOENT/.test(gateway.message()),
    );
    t.equal(await gateway.ask(), '503');
    await replace(authority.caPEM);
    await eventually('the wrong CA', () => /certificate signed by a CA/.test(gateway.message()));
    await replace(other.caPEM);
    await gateway.answers('a /apis/a.example/v1/things?x=%2F');
    await replace('-----BEGIN CERTIFICATE-----\nsecret\n-----END CERTIFICATE-----\n');
    await eventually('the log says so', () =>
      gateway.logger.lines.some(({ message }) => /CA file cannot/.test(message)),
    );
    t.notMatch(JSON.stringify(gateway.logger.lines), 'secret');
    t.equal(await gateway.ask(), 'a /apis/a.example/v1/things?x=%2F');
    await gateway.put({ host: '127.0.0.1', annotations: { [caFile]: folder } });
    await eventually('a folder is no file', () => /not a regular file|EISDIR/.test(gateway.message()));
  },
);

t.test('annotations that come and go under load fail no request', { buffered: true }, async (t) => {
  const gateway = await start(t);
  const path = join(await newFolder(t), 'ca.pem');
  await writeFile(path, authority.caPEM);
  const port = await listen(t, { who: 'a', names: ['svc.ns.svc', 'metrics.internal'] });
  const host = '127.0.0.1';
  await gateway.put({ host });
  await gateway.register({ name, port });
  await gateway.answers('a /apis/a.example/v1/things?x=%2F');
  const over = new AbortController();
  const load = async (): Promise<string[]> => {
    const seen: string[] = [];
    while (!over.signal.aborted) {
      seen.push(await gateway.ask());
      await pause(5);
    }
    return seen;
  };
  const loads = [load(), load()];
  const changes: Record<string, string>[] = [
    { [caFile]: path },
    { [caFile]: path, [tlsServerName]: 'metrics.internal' },
    { [url]: `https://127.0.0.1:${port}` },
    {},
  ];
  for (const annotations of changes) {
    await gateway.put({ host, annotations });
    for (let index = 0; index < 10; index++) t.match(await gateway.ask(), /^a /);
  }
  over.abort();
  t.same(new Set((await Promise.all(loads)).flat()), new Set(['a /apis/a.example/v1/things?x=%2F']));
});

/** A name server that knows one name. */
async function startNameServer(t: Test): Promise<{ readonly address: string; ips: readonly string[] }> {
  const state = { address: '', ips: [] as readonly string[] };
  const socket = createSocket('udp4');
  socket.on('message', (question, { port, address }) => {
    const type = question.readUInt16BE(question.length - 4);
    const ips = type === 1 ? state.ips : [];
    const questionEnd = question.indexOf(0, 12) + 5;
    const header = Buffer.from(question.subarray(0, 12));
    header.writeUInt16BE(0x8180, 2);
    header.writeUInt16BE(ips.length, 6);
    header.writeUInt32BE(0, 8);
    const answers = ips.map((ip) =>
      Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4, ...ip.split('.').map(Number)]),
    );
    socket.send(Buffer.concat([header, question.subarray(12, questionEnd), ...answers]), port, address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  t.teardown(() => void socket.close());
  state.address = `127.0.0.1:${socket.address().port}`;
  return state;
}

const linux = process.platform === 'linux' ? {} : { skip: 'needs 127.0.0.2' };

t.test('of a name with several records each gets requests, and one that is gone gets none', linux, async (t) => {
  const names = await startNameServer(t);
  const gateway = await start(t, [names.address]);
  const port = await listen(t, { who: 'one', names: ['svc.ns.svc'] });
  await listen(t, { who: 'two', names: ['svc.ns.svc'], at: { host: '127.0.0.2', port } });
  const seenIn = async (count: number): Promise<string> => {
    const seen = new Set<string>();
    for (let index = 0; index < count; index++) seen.add((await gateway.ask()).split(' ')[0] ?? '');
    return [...seen].toSorted().join();
  };
  names.ips = ['127.0.0.1', '127.0.0.2'];
  await gateway.put({ host: 'many.example.test' });
  await gateway.register({ name, port });
  await eventually('both are there', () => gateway.aggregator.list()[0]?.transports.length === 2);
  t.equal(await seenIn(60), 'one,two');
  t.same(gateway.aggregator.list()[0]?.addresses, [
    `https://many.example.test:${port} (127.0.0.1)`,
    `https://many.example.test:${port} (127.0.0.2)`,
  ]);
  names.ips = ['127.0.0.2', '127.0.0.3'];
  await eventually(
    'the records are asked for again',
    () => gateway.aggregator.list()[0]?.addresses.join().includes('127.0.0.3') === true,
  );
  t.equal(await seenIn(30), 'two', 'and nobody notices that nothing listens on the new one');
});
