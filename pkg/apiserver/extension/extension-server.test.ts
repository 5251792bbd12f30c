import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import t, { type Test } from 'tap';
import type { CertificatePair } from '../../pki/certificate-pair.ts';
import { runUntilSignal } from '../../component/lifecycle/run-until-signal.ts';
import { newMemoryStorage } from '../../storage/memory/memory-storage.ts';
import { type APIClient, newAPIClient } from '../../testing/api-client.ts';
import { eventually } from '../../testing/eventually.ts';
import { newTestAuthority } from '../../testing/pki.ts';
import { newRecordingLogger } from '../../testing/recording-logger.ts';
import { gadgetKind, newGadget, newWidget, widgetKind } from '../../testing/test-kinds.ts';
import { type ExtensionServer, type ExtensionServerOptions, startExtensionServer } from './extension-server.ts';

const authority = await newTestAuthority();
const proxyAuthority = await newTestAuthority({ commonName: 'front-proxy-ca' });
const serving = await authority.serving();

interface Files {
  readonly folder: string;
  readonly cert: string;
  readonly key: string;
  readonly proxyCA: string;
  readonly clientCA: string;
}

async function newFiles(t: Test): Promise<Files> {
  const folder = await mkdtemp(join(tmpdir(), 'extension-server-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const files = {
    folder,
    cert: join(folder, 'tls.crt'),
    key: join(folder, 'tls.key'),
    proxyCA: join(folder, 'proxy-ca.crt'),
    clientCA: join(folder, 'client-ca.crt'),
  };
  await writeFile(files.cert, serving.certPEM);
  await writeFile(files.key, serving.keyPEM);
  await writeFile(files.proxyCA, proxyAuthority.caPEM);
  await writeFile(files.clientCA, authority.caPEM);
  return files;
}

interface Started extends ExtensionServer {
  readonly logger: ReturnType<typeof newRecordingLogger>;
  readonly stop: () => Promise<void>;
  readonly newClient: (pair?: CertificatePair) => APIClient;
}

function toOptions(files: Files): ExtensionServerOptions {
  return {
    name: 'test',
    version: '1.2.3',
    kinds: [widgetKind, gadgetKind],
    storage: newMemoryStorage(),
    host: '127.0.0.1',
    port: 0,
    tlsCertFile: files.cert,
    tlsPrivateKeyFile: files.key,
    requestHeaderClientCAFile: files.proxyCA,
  };
}

async function start(t: Test, files: Files, differences: Partial<ExtensionServerOptions> = {}): Promise<Started> {
  const logger = newRecordingLogger(2);
  const options = { ...toOptions(files), logger, ...differences };
  const stopping = new AbortController();
  const started = await startExtensionServer(options, stopping.signal);
  const clients: APIClient[] = [];
  const stop = async (): Promise<void> => {
    for (const client of clients) client.close();
    stopping.abort();
    await started.stopped;
  };
  t.teardown(async () => {
    await stop();
    await options.storage.close();
  });
  return {
    ...started,
    logger,
    stop,
    newClient(pair) {
      const credentials = pair === undefined ? {} : { cert: pair.certPEM, key: pair.keyPEM };
      const client = newAPIClient({ port: started.port, ca: authority.caPEM, ...credentials });
      clients.push(client);
      return client;
    },
  };
}

const widgets = '/apis/test.example.com/v1/namespaces/n/widgets';

t.test('an extension server believes its gateway, and nobody else', async (t) => {
  const { newClient } = await start(t, await newFiles(t));
  const proxy = newClient(await proxyAuthority.client('front-proxy-client'));
  const as = (user: string, group: string) => ({ headers: { 'X-Remote-User': user, 'X-Remote-Group': group } });
  const created = await proxy.send('POST', widgets, { ...as('root', 'system:masters'), body: newWidget('a') });
  t.match(created, { status: 201, json: { metadata: { name: 'a' }, spec: { color: 'red' } } });
  t.match(await proxy.get(`${widgets}/a`, as('alice', 'dev')), {
    status: 403,
    json: { message: /User "alice" cannot get resource "widgets"/ },
  });
  t.equal((await proxy.get(widgets)).status, 403, 'a proxy that speaks for nobody is nobody');
  t.equal((await newClient().get(widgets, as('root', 'system:masters'))).status, 403, 'without a certificate');
  const other = newClient(await proxyAuthority.client('somebody'));
  t.equal((await other.get(widgets, as('root', 'system:masters'))).status, 401, 'with one of another name');
  const user = newClient(await authority.client('root', ['system:masters']));
  t.equal((await user.get(widgets)).status, 403, 'users do not come directly');
  for (const path of ['/healthz', '/livez', '/readyz', '/version']) t.equal((await newClient().get(path)).status, 200);
  t.match((await newClient().get('/version')).json, { gitVersion: /1\.2\.3/ });
  t.match((await proxy.get('/openapi/v3/apis/test.example.com/v1', as('r', 'system:masters'))).json, {
    info: { title: 'test', version: '1.2.3' },
  });
});

t.test('users who come directly, and who may do what', async (t) => {
  const files = await newFiles(t);
  const { newClient } = await start(t, files, {
    clientCAFile: files.clientCA,
    requestHeaderAllowedNames: ['the-gateway'],
    authorizer: {
      authorize: ({ user, info }) => ({
        verdict: user.name === 'reader' && ['get', 'list', 'watch'].includes(info.verb) ? 'allow' : 'no-opinion',
        reason: 'only readers may read',
      }),
    },
  });
  const reader = newClient(await authority.client('reader'));
  t.equal((await reader.get(widgets)).status, 200);
  t.match(await reader.send('POST', widgets, { body: newWidget('a') }), {
    status: 403,
    json: { message: /: only readers may read$/ },
  });
  const gateway = newClient(await proxyAuthority.client('the-gateway'));
  t.equal((await gateway.get(widgets, { headers: { 'X-Remote-User': 'reader' } })).status, 200);
  const former = newClient(await proxyAuthority.client('front-proxy-client'));
  t.equal((await former.get(widgets, { headers: { 'X-Remote-User': 'reader' } })).status, 401);
});

t.test('admission', async (t) => {
  const { newClient } = await start(t, await newFiles(t), {
    admission: [{ name: 'Namer', mutate: ({ object }) => void (object && (object.metadata.labels = { seen: 'yes' })) }],
  });
  const proxy = newClient(await proxyAuthority.client('front-proxy-client'));
  const headers = { 'X-Remote-User': 'root', 'X-Remote-Group': 'system:masters' };
  const created = await proxy.send('POST', '/apis/test.example.com/v1/gadgets', { headers, body: newGadget('g') });
  t.match(created.json, { metadata: { labels: { seen: 'yes' } } });
});

t.test('files that are no good are named', async (t) => {
  const files = await newFiles(t);
  const { signal } = new AbortController();
  const fails = async (differences: Partial<ExtensionServerOptions>, expected: object): Promise<void> => {
    const started = startExtensionServer({ ...toOptions(files), ...differences }, signal);
    const failure: unknown = await started.catch((error: unknown) => error);
    t.match(failure, expected);
  };
  const missing = join(files.folder, 'missing.pem');
  const garbage = join(files.folder, 'garbage.pem');
  await writeFile(garbage, 'no certificate at all');
  await fails({ tlsCertFile: missing }, { code: 'Missing', message: /missing\.pem/ });
  await fails({ tlsPrivateKeyFile: missing }, { code: 'Missing', message: /missing\.pem/ });
  await fails({ requestHeaderClientCAFile: missing }, { code: 'Missing', message: /missing\.pem/ });
  await fails({ clientCAFile: missing }, { code: 'Missing', message: /missing\.pem/ });
  await fails({ tlsCertFile: garbage }, { message: /garbage\.pem/ });
  await fails({ requestHeaderClientCAFile: garbage }, { message: /garbage\.pem/ });
  await fails({ tlsCertFile: files.folder }, { code: 'Unreadable' });
  const otherKey = join(files.folder, 'other.key');
  await writeFile(otherKey, (await (await newTestAuthority()).serving()).keyPEM);
  await fails({ tlsPrivateKeyFile: otherKey }, { code: 'Mismatch', message: /tls\.crt, .*other\.key: / });
});

t.test('an address that is taken', async (t) => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  const { port } = taken.address() as { port: number };
  const files = await newFiles(t);
  const refused = startExtensionServer({ ...toOptions(files), port }, new AbortController().signal);
  await t.rejects(refused, {
    name: 'StartError',
    code: 'EADDRINUSE',
    message: `port ${port} on 127.0.0.1 is taken by another process; stop it, or choose another port`,
  });
  const lines = newRecordingLogger();
  t.equal(await runUntilSignal(() => refused.then(() => undefined), { logger: lines }), 1);
  t.same(lines.lines, [{ level: 'error', message: await refused.catch(({ message }) => message), fields: {} }]);
  for (const [host, message] of [
    ['192.0.2.254', /this machine has no address 192\.0\.2\.254/],
    ['nowhere.invalid', /cannot listen on nowhere\.invalid, port \d+: /],
  ] as const) {
    const elsewhere = startExtensionServer({ ...toOptions(files), host, port }, new AbortController().signal);
    await t.rejects(elsewhere, { name: 'StartError', message });
  }
  await new Promise((resolve) => taken.close(resolve));
});

t.test('changed files are taken over while the server runs', async (t) => {
  const files = await newFiles(t);
  const { port, newClient, logger } = await start(t, files);
  const serialNumber = async (): Promise<string> => {
    const socket = connect({ port, host: '127.0.0.1', ca: authority.caPEM, servername: 'localhost' });
    await new Promise((resolve) => socket.once('secureConnect', resolve));
    const { serialNumber: number } = socket.getPeerCertificate();
    socket.destroy();
    return number;
  };
  const replace = async (path: string, content: string): Promise<void> => {
    await writeFile(`${path}.new`, content);
    await rename(`${path}.new`, path);
  };
  const events = (): unknown[] =>
    logger.lines.filter(({ message }) => message === 'certificate').map(({ fields }) => fields['event']);
  t.equal(await serialNumber(), serving.certificate.serialNumber);
  const next = await authority.serving();
  await replace(files.key, next.keyPEM);
  await replace(files.cert, next.certPEM);
  await eventually('the new pair', () => events().includes('Reloaded'));
  t.equal(await serialNumber(), next.certificate.serialNumber);
  const newProxy = await newTestAuthority({ commonName: 'new-front-proxy-ca' });
  const proxy = newClient(await newProxy.client('front-proxy-client'));
  const headers = { 'X-Remote-User': 'root', 'X-Remote-Group': 'system:masters' };
  t.equal((await proxy.get(widgets, { headers })).status, 401);
  await replace(files.proxyCA, newProxy.caPEM);
  await eventually('the new authority', () => events().filter((event) => event === 'Reloaded').length === 2);
  t.equal((await proxy.get(widgets, { headers })).status, 200, 'also for connections that stand');
  await replace(files.cert, 'garbage');
  await eventually('the report', () => events().includes('Rejected'));
  t.equal(await serialNumber(), next.certificate.serialNumber, 'what was loaded before stays');
});

t.test('the end', async (t) => {
  const files = await newFiles(t);
  const { port, newClient, stopped, stop } = await start(t, files);
  const proxy = newClient(await proxyAuthority.client('front-proxy-client'));
  const headers = { 'X-Remote-User': 'root', 'X-Remote-Group': 'system:masters' };
  const watch = await proxy.watch(`${widgets}?watch=1`, { headers });
  const ended = watch.over();
  await Promise.all([stop(), ended]);
  await stopped;
  await t.rejects(newAPIClient({ port, ca: authority.caPEM }).get('/healthz'), { code: 'ECONNREFUSED' });
  const aborted = await startExtensionServer(toOptions(files), AbortSignal.abort());
  await aborted.stopped;
  t.pass('a server that is told to stop before it starts stops');
});
