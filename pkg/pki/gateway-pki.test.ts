import { execFile } from 'node:child_process';
import { chmod, mkdir, readdir, readFile, rename, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';
import { newFakeClock } from '../testing/fake-clock.ts';
import { newTestAuthority } from '../testing/pki.ts';
import type { CertificateEvent } from './certificate-event.ts';
import { writeFileDurably, writeTemporary } from './durable-files.ts';
import { ensureAuthority } from './ensure-authority.ts';
import { gatewayPairFiles } from './gateway-authorities.ts';
import { ensureGatewayPKI, type GatewayPKIOptions } from './gateway-pki.ts';
import { createPair, loadPair, recoverPair, replacePair } from './pair-files.ts';
import { issueServiceClient } from './service-client.ts';
import { issueServicePair, type ServicePairOptions } from './service-pair.ts';
import { namesOf } from './subject-names.ts';
import { subjectOf } from './subject.ts';

const day = 86_400_000;
const allFiles = ['ca', 'front-proxy-ca', 'serving', 'admin', 'front-proxy-client'].flatMap((name) => [
  `${name}.crt`,
  `${name}.key`,
]);

/** A data directory with a clock and the events so far. */
interface Setting {
  readonly options: GatewayPKIOptions & { readonly hostname: string };
  readonly clock: ReturnType<typeof newFakeClock>;
  readonly folder: string;
  /** Kinds and file names of the events since the last call. */
  readonly takeEvents: () => string[];
  readonly takeMessages: () => string[];
  readonly read: () => Promise<Record<string, string>>;
}

function newSetting(t: Tap): Setting {
  const dataDir = join(t.testdir(), 'data');
  const clock = newFakeClock(Date.now());
  const events: CertificateEvent[] = [];
  const folder = join(dataDir, 'pki');
  return {
    options: { dataDir, clock, hostname: 'box', keyAlgorithm: 'ecdsa-p256', report: (event) => events.push(event) },
    clock,
    folder,
    takeEvents: () =>
      events
        .splice(0)
        .map(({ kind, files }) => `${kind} ${files[0]?.split('/').at(-1)}`)
        .toSorted(),
    takeMessages: () => events.splice(0).map(({ message }) => message),
    async read() {
      const names = await readdir(folder);
      return Object.fromEntries(
        await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name), 'utf8')])),
      ) as Record<string, string>;
    },
  };
}

type Tap = Pick<typeof t, 'testdir'>;

function failingLink(code: string): () => Promise<never> {
  return () => Promise.reject(Object.assign(new Error(code), { code }));
}

t.test('makes everything at the first start and keeps it at the next', async (t) => {
  const { options, folder, takeEvents, read } = newSetting(t);
  const pki = await ensureGatewayPKI({ ...options, bindAddress: '10.1.2.3', extraNames: ['gw.example', 'fd00::1'] });
  t.same((await readdir(folder)).toSorted(), allFiles.toSorted());
  t.same(takeEvents(), [
    'Created admin.crt',
    'Created ca.crt',
    'Created front-proxy-ca.crt',
    'Created front-proxy-client.crt',
    'Created serving.crt',
  ]);
  t.equal((await stat(folder)).mode & 0o777, 0o700);
  t.equal((await stat(options.dataDir)).mode & 0o777, 0o700);
  for (const file of allFiles) t.equal((await stat(join(folder, file))).mode & 0o777, 0o600, file);

  t.same(namesOf(pki.serving.pair.certificate), {
    dnsNames: ['localhost', 'box', 'gw.example'],
    ipAddresses: ['127.0.0.1', '::1', '10.1.2.3', 'fd00::1'],
  });
  t.same(subjectOf(pki.admin.pair.certificate), { commonName: 'admin', organizations: ['system:masters'] });
  t.same(subjectOf(pki.frontProxyClient.pair.certificate), { commonName: 'front-proxy-client', organizations: [] });
  t.ok(pki.admin.pair.certificate.checkIssued(pki.authority.certificate));
  t.ok(pki.frontProxyClient.pair.certificate.verify(pki.frontProxyAuthority.certificate.publicKey));
  t.notOk(pki.frontProxyClient.pair.certificate.verify(pki.authority.certificate.publicKey));

  const before = await read();
  await ensureGatewayPKI({ ...options, bindAddress: '0.0.0.0', extraNames: ['GW.example.'] });
  t.same(await read(), before);
  t.same(takeEvents(), []);
});

t.test('names the machine unless its name is none', async (t) => {
  const { options } = newSetting(t);
  const { hostname: _, ...unnamed } = options;
  const { serving } = await ensureGatewayPKI({ ...unnamed, bindAddress: '::' });
  t.ok(namesOf(serving.pair.certificate).dnsNames.includes(hostname().toLowerCase()));
  const odd = await ensureGatewayPKI({ ...newSetting(t).options, hostname: "Anna's machine", bindAddress: '' });
  t.same(namesOf(odd.serving.pair.certificate).dnsNames, ['localhost']);
  await t.rejects(ensureGatewayPKI({ ...options, extraNames: ['no host'] }), { code: 'InvalidName' });
});

t.test('a first start with RSA keys is quick, and later ones never load node-forge', async (t) => {
  const { options } = newSetting(t);
  const begun = performance.now();
  await ensureGatewayPKI({ ...options, keyAlgorithm: 'rsa-2048' });
  t.comment(`first start: ${Math.round(performance.now() - begun)} ms`);
  const script = `
    const { ensureGatewayPKI } = await import(process.argv[1]);
    const clock = { now: Date.now };
    await ensureGatewayPKI({ dataDir: process.argv[2], hostname: 'box', clock, report: (event) => console.log(event.message) });
    const { createRequire } = await import('node:module');
    const loaded = Object.keys(createRequire(process.argv[1]).cache).filter((file) => file.includes('node-forge'));
    console.log(loaded.length);
  `;
  const module = new URL('gateway-pki.ts', import.meta.url).href;
  const args = ['--input-type=module', '-e', script, module, options.dataDir];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  t.equal(stdout, '0\n');
});

t.test('issues anew what is no longer good, and nothing else', async (t) => {
  const { options, clock, folder, takeMessages, read } = newSetting(t);
  const first = await ensureGatewayPKI({ ...options, lifetime: 90 * day });
  takeMessages();
  const file = (name: string): string => join(folder, name);
  const ensure = async (): Promise<string[]> => {
    await ensureGatewayPKI({ ...options, lifetime: 90 * day, extraNames: ['new.example', '10.0.0.9'] });
    return takeMessages();
  };
  t.same(await ensure(), ['issued a certificate: the one before is not for new.example, 10.0.0.9']);

  await writeFile(file('admin.key'), 'torn');
  const [corrupt = '', ...others] = await ensure();
  t.match(corrupt, /^issued a certificate: .*admin\.crt and .*admin\.key: the PEM text contains no private key/);
  t.same(others, []);

  await rm(file('admin.crt'));
  t.match(await ensure(), [/admin\.crt does not exist/]);

  await writeFile(file('admin.crt'), (await readFile(file('serving.crt'))).toString());
  t.match(await ensure(), [/the private key does not belong to the certificate/]);

  const stranger = await newTestAuthority();
  await replacePair(gatewayPairFiles(options.dataDir, 'admin'), await stranger.client('admin', ['system:masters']));
  t.same(await ensure(), ['issued a certificate: the one before was signed by another certificate authority']);

  await replacePair(gatewayPairFiles(options.dataDir, 'admin'), first.serving.pair);
  t.same(await ensure(), ['issued a certificate: the one before has another subject']);
  await replacePair(gatewayPairFiles(options.dataDir, 'serving'), first.admin.pair);
  t.match(await ensure(), [/the one before is not for localhost/]);
  const lifetime = 90 * day;
  const content = { subject: { commonName: 'x', organizations: [] }, usages: ['clientAuth'] as const, lifetime };
  const names = { dnsNames: ['localhost', 'box', 'new.example'], ipAddresses: ['127.0.0.1', '::1', '10.0.0.9'] };
  await replacePair(gatewayPairFiles(options.dataDir, 'serving'), await first.authority.issue({ ...content, names }));
  t.same(await ensure(), ['issued a certificate: the one before is for another usage']);

  const before = await read();
  await clock.advance(59 * day);
  t.same(await ensure(), []);
  t.same(await read(), before);
  await clock.advance(2 * day);
  const renewed = await ensure();
  t.same(renewed, Array(3).fill('issued a certificate: the one before has passed two thirds of its life'));
  await clock.advance(91 * day);
  t.match(await ensure(), Array(3).fill(/^issued a certificate: the one before has expired on /));
  await clock.advance(-30 * day);
  t.match(await ensure(), Array(3).fill(/^issued a certificate: the one before is not valid before /));
});

t.test('never replaces an authority that is there', async (t) => {
  const { options, clock, folder, read } = newSetting(t);
  await ensureGatewayPKI(options);
  const before = await read();
  const ca = { cert: join(folder, 'ca.crt'), key: join(folder, 'ca.key') };
  const spoil = async (files: Record<string, string | undefined>): Promise<Error & { code?: string }> => {
    for (const [name, content] of Object.entries(files)) {
      if (content === undefined) await rm(join(folder, name));
      else await writeFile(join(folder, name), content);
    }
    const spoilt = await read();
    const error = await ensureGatewayPKI(options).then(
      () => new Error('it was accepted'),
      (cause: Error) => cause,
    );
    t.same(await read(), spoilt, 'nothing was touched');
    for (const [name, content] of Object.entries(before)) await writeFile(join(folder, name), content);
    return error;
  };
  const advice = /Restore both files from a backup, or remove both to start with a new certificate authority/;
  const named = { name: 'CertificateError', files: [ca.cert, ca.key], message: advice };
  const cases = {
    'no key': [{ 'ca.key': undefined }, 'Missing'],
    'no certificate': [{ 'ca.crt': undefined }, 'Missing'],
    'a torn certificate': [{ 'ca.crt': before['ca.crt']?.slice(0, 300) }, 'Corrupt'],
    'an empty key': [{ 'ca.key': '' }, 'Corrupt'],
    'the key of another': [{ 'ca.key': before['front-proxy-ca.key'] }, 'Mismatch'],
    'a certificate that is no authority': [
      { 'ca.crt': before['admin.crt'], 'ca.key': before['admin.key'] },
      'NotAuthority',
    ],
  } as const;
  for (const [name, [files, code]] of Object.entries(cases)) t.match(await spoil(files), { ...named, code }, name);

  await rm(ca.key);
  await rm(ca.cert);
  await symlink('not-mounted/ca.key', ca.key);
  await t.rejects(ensureGatewayPKI(options), { code: 'Missing' }, 'a link to nowhere is not taken for absent');
  await rm(ca.key);
  await writeFile(ca.cert, before['ca.crt'] ?? '');

  await mkdir(ca.key);
  await t.rejects(ensureGatewayPKI(options), { code: 'Unreadable', message: /Give this user the right to read/ });
  await rm(ca.key, { recursive: true });
  await writeFile(ca.key, before['ca.key'] ?? '');

  await clock.advance(-day);
  await t.rejects(ensureGatewayPKI(options), { code: 'NotYetValid', message: /Is the clock of this machine right\?/ });
  await clock.advance(3652 * day);
  await t.rejects(ensureGatewayPKI(options), { code: 'Expired', message: /has expired on .*\. To go on, remove both/ });
  t.same(await read(), before);
});

t.test('warns of an authority in the last third of its life, and cuts certificates at its end', async (t) => {
  const { options, clock, takeEvents } = newSetting(t);
  await ensureGatewayPKI(options);
  takeEvents();
  await clock.advance(3600 * day);
  const { serving, authority } = await ensureGatewayPKI(options);
  t.same(
    takeEvents().filter((event) => event.startsWith('Expiring')),
    ['Expiring ca.crt', 'Expiring front-proxy-ca.crt'],
  );
  t.equal(serving.pair.certificate.validTo, authority.certificate.validTo);
});

t.test('completes the creation of an authority that a crash has interrupted', async (t) => {
  const { options, folder, takeEvents, read } = newSetting(t);
  const files = { cert: join(folder, 'ca.crt'), key: join(folder, 'ca.key') };
  await mkdir(folder, { recursive: true });
  const ca = await newTestAuthority();

  // crashed before the key was in its place: as if nothing had been
  await writeTemporary(files.cert, ca.root.certPEM);
  await writeTemporary(files.key, ca.root.keyPEM);
  t.equal(await recoverPair(files), false);

  // crashed before the certificate was in its place, with leftovers of other attempts around
  await writeTemporary(files.cert, 'torn');
  await writeTemporary(files.cert, (await newTestAuthority()).caPEM);
  await writeFile(files.key, ca.root.keyPEM);
  const { authority } = await ensureGatewayPKI(options);
  t.equal(authority.certPEM, ca.caPEM);
  t.ok(takeEvents().includes('Recovered ca.crt'));

  // leftovers go away once they are old enough
  const leftovers = (await readdir(folder)).filter((name) => name.endsWith('.tmp'));
  t.equal(leftovers.length, 3);
  const longAgo = new Date(Date.now() - 2 * 3_600_000);
  await Promise.all(leftovers.map((name) => utimes(join(folder, name), longAgo, longAgo)));
  await ensureGatewayPKI(options);
  t.same(Object.keys(await read()).toSorted(), allFiles.toSorted());
});

t.test('several processes that make an authority at once agree on one', async (t) => {
  const { options, folder, takeEvents } = newSetting(t);
  const files = { cert: join(folder, 'ca.crt'), key: join(folder, 'ca.key') };
  const ensure = async (): Promise<string> => (await ensureAuthority({ ...options, files, commonName: 'x' })).certPEM;
  const made = await Promise.all(Array.from({ length: 8 }, ensure));
  t.equal(new Set(made).size, 1);
  t.equal(takeEvents().filter((event) => event === 'Created ca.crt').length, 1);
  t.same((await readdir(folder)).toSorted(), ['ca.crt', 'ca.key']);
});

t.test('creates a pair where the file system has no links', async (t) => {
  const folder = t.testdir();
  const files = { cert: join(folder, 'a.crt'), key: join(folder, 'a.key') };
  const [first, second] = await Promise.all([newTestAuthority(), newTestAuthority()]);
  t.equal(await createPair(files, first.root, failingLink('EPERM')), true);
  t.equal(await createPair(files, second.root, failingLink('ENOTSUP')), false);
  t.equal((await loadPair(files)).certPEM, first.caPEM);
  await t.rejects(createPair(files, second.root, failingLink('EIO')), { code: 'EIO' });
});

t.test('replaces a pair so that a crash in between is noticed', async (t) => {
  const folder = t.testdir();
  const files = { cert: join(folder, 'a.crt'), key: join(folder, 'a.key') };
  const ca = await newTestAuthority();
  const other = await newTestAuthority();
  await replacePair(files, await ca.serving());
  // the first of the two renames
  await rename(await writeTemporary(files.key, (await other.serving()).keyPEM), files.key);
  await t.rejects(loadPair(files), { code: 'Mismatch', files: [files.cert, files.key] });
  await t.rejects(loadPair({ cert: join(folder, 'none'), key: files.key }), { code: 'Missing' });

  await rm(files.cert);
  await mkdir(join(files.cert, 'full'), { recursive: true });
  await t.rejects(replacePair(files, await ca.serving()));
  await t.rejects(writeFileDurably(join(folder, 'none', 'a'), ''), { code: 'ENOENT' });
  t.same((await readdir(folder)).toSorted(), ['a.crt', 'a.key'], 'no temporary file stays');
});

t.test('closes folders that were open to others', async (t) => {
  const { options, folder } = newSetting(t);
  await mkdir(folder, { recursive: true });
  await chmod(folder, 0o755);
  await ensureGatewayPKI(options);
  t.equal((await stat(folder)).mode & 0o777, 0o700);
});

t.test('issues the certificates of a service, before or after the first start of the gateway', async (t) => {
  const { options, takeEvents, folder } = newSetting(t);
  const request: ServicePairOptions = {
    ...options,
    service: 'metrics',
    namespace: 'tools',
    hosts: ['metrics.example'],
  };
  const issued = await issueServicePair(request);
  t.same(namesOf(issued.pair.certificate), {
    dnsNames: ['metrics.tools.svc', 'localhost', 'metrics.example'],
    ipAddresses: ['127.0.0.1', '::1'],
  });
  t.same(takeEvents(), ['Created ca.crt', 'Created front-proxy-ca.crt', 'Created tls.crt']);
  const services = join(options.dataDir, 'services', 'metrics');
  t.same((await readdir(services)).toSorted(), ['ca.crt', 'front-proxy-ca.crt', 'tls.crt', 'tls.key']);
  t.equal((await stat(services)).mode & 0o777, 0o700);
  for (const name of ['ca.crt', 'front-proxy-ca.crt']) {
    t.equal(await readFile(join(services, name), 'utf8'), await readFile(join(folder, name), 'utf8'), name);
  }
  const { authority } = await ensureGatewayPKI(options);
  t.ok(issued.pair.certificate.verify(authority.certificate.publicKey));
  takeEvents();

  const again = await issueServicePair(request);
  t.equal(again.pair.certPEM, issued.pair.certPEM);
  t.same(takeEvents(), []);
  const forced = await issueServicePair({ ...request, issue: 'always' });
  t.not(forced.pair.certPEM, issued.pair.certPEM);
  t.same(takeEvents(), ['Reissued tls.crt']);
  t.same((await issueServicePair({ ...request, hosts: ['::2'] })).pair.certificate.checkIP('::2'), '::2');
});

t.test('issues a client certificate for the calls of a service', async (t) => {
  const { options } = newSetting(t);
  const issued = await issueServiceClient({ ...options, service: 'metrics' });
  t.same(subjectOf(issued.pair.certificate), {
    commonName: 'system:tributary:service:metrics',
    organizations: ['system:tributary:services'],
  });
  const other = await issueServiceClient({ ...options, service: 'metrics', groups: ['a', 'b'] });
  t.same(subjectOf(other.pair.certificate).organizations, ['a', 'b']);
});

t.test('refuses names of services that are none', async (t) => {
  const { options } = newSetting(t);
  for (const service of ['', '..', '../pki', 'a/b', 'A', 'a.', '-a', 'a'.repeat(64), `${'a.'.repeat(127)}a`]) {
    const refusal = { code: 'InvalidName' };
    await t.rejects(issueServicePair({ ...options, service, namespace: 'default' }), refusal, service);
    await t.rejects(issueServiceClient({ ...options, service }), refusal, service);
  }
  await t.rejects(issueServicePair({ ...options, service: 'a', namespace: 'a.b' }), { code: 'InvalidName' });
  await t.rejects(readdir(options.dataDir), { code: 'ENOENT' }, 'nothing was written');
});
