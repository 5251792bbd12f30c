import { once } from 'node:events';
import type { FSWatcher } from 'node:fs';
import { copyFile, mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { setTimeout as pause } from 'node:timers/promises';
import t from 'tap';
import { systemClock } from '../component/id/clock.ts';
import { newFakeClock } from '../testing/fake-clock.ts';
import { newTestAuthority } from '../testing/pki.ts';
import { newAuthorityPair, newCertificateAuthority } from './certificate-authority.ts';
import { isCertificateError } from './certificate-error.ts';
import type { CertificateEvent } from './certificate-event.ts';
import { openCertificateBundle, openCertificateFiles } from './certificate-files.ts';
import type { CertificatePair } from './certificate-pair.ts';
import { newCertificateRotator } from './certificate-rotator.ts';
import { sleepUntil } from './clock.ts';
import { ensureLeaf } from './ensure-leaf.ts';
import { clientContent } from './leaf-content.ts';
import { newPublished } from './published.ts';
import { followSecureContext, toSecureContextOptions } from './secure-context.ts';
import { renewalTimeOf } from './validity.ts';

const hour = 3_600_000;
const day = 24 * hour;

/** Waits for something that real files or keys bring about. */
async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('it did not happen within a minute');
    // Keys are made beside this.
    await pause(2);
  }
}

t.test('sleeps for months in steps that timers can take, and wakes on abort', async (t) => {
  const clock = newFakeClock();
  const abort = new AbortController();
  let awake = 0;
  const sleeper = sleepUntil(clock, clock.now() + 60 * day, abort.signal).then(() => awake++);
  await clock.waitForTimers();
  t.ok((clock.nextTimer() ?? Infinity) <= hour);
  await clock.advance(60 * day - 1);
  t.equal(awake, 0);
  await clock.advance(1);
  await sleeper;

  const aborted = sleepUntil(clock, clock.now() + day, abort.signal);
  await clock.waitForTimers();
  abort.abort();
  await aborted;
  await sleepUntil(clock, clock.now() + day, abort.signal);
  t.equal(clock.pendingTimers(), 0);
});

t.test('renews at two thirds of life, tries again after failures and tells everyone', async (t) => {
  const clock = newFakeClock();
  const events: CertificateEvent[] = [];
  const report = (event: CertificateEvent): unknown => events.push(event);
  const root = await newAuthorityPair({ commonName: 'root', lifetime: 3650 * day, clock, keyAlgorithm: 'ecdsa-p256' });
  const authority = newCertificateAuthority(root, clock);
  let broken = 0;
  const issued = await ensureLeaf({
    files: { cert: join(t.testdir(), 'a', 'a.crt'), key: join(t.testdirName, 'a', 'a.key') },
    content: clientContent('alice', []),
    authority: {
      ...authority,
      issue: (request) => (broken-- > 0 ? Promise.reject(new Error('disk full')) : authority.issue(request)),
    },
    clock,
    report,
    lifetime: 90 * day,
    keyAlgorithm: 'ecdsa-p256',
  });
  events.splice(0);
  const rotator = newCertificateRotator({ issued, clock, report });
  t.equal(rotator.current(), issued.pair);
  const published: CertificatePair[] = [];
  rotator.onChange(() => {
    throw new Error('a subscriber in trouble');
  });
  const stop = rotator.onChange((pair) => published.push(pair));
  const abort = new AbortController();
  const running = rotator.run(abort.signal);

  await clock.waitForTimers();
  await clock.advance(59 * day);
  t.same(events, []);
  broken = 2;
  // To the moment: the attempts after the first are for later.
  await clock.advance(renewalTimeOf(issued.pair.certificate) - clock.now());
  await until(() => events.length === 1);
  t.match(events.splice(0), [
    { kind: 'RenewalFailed', message: /stays; it expires on/, cause: { message: 'disk full' } },
  ]);
  await clock.waitForTimers();
  await clock.advance(1000);
  await until(() => events.length === 1);
  await clock.waitForTimers();
  await clock.advance(1999);
  t.equal(events.length, 1, 'waits twice as long after a second failure');
  await clock.advance(1);
  await until(() => published.length === 1);
  t.same(
    events.splice(0).map(({ kind }) => kind),
    ['RenewalFailed', 'Renewed', 'SubscriberFailed'],
  );
  t.equal(rotator.current(), published[0]);
  t.not(rotator.current().keyPEM, issued.pair.keyPEM);
  const reloaded = await ensureLeaf({ ...issued, content: clientContent('alice', []), authority, clock, report });
  t.equal(reloaded.pair.certPEM, rotator.current().certPEM, 'the disk has the new one');

  stop();
  await clock.waitForTimers();
  await clock.advance(61 * day);
  await until(() => events.some(({ kind }) => kind === 'Renewed'));
  t.equal(published.length, 1, 'not told after unsubscribing');
  abort.abort();
  await running;
  t.equal(clock.pendingTimers(), 0);
});

t.test('does not spin when the authority ends', async (t) => {
  const clock = newFakeClock();
  const root = await newAuthorityPair({ commonName: 'root', lifetime: 60_000, clock, keyAlgorithm: 'ecdsa-p256' });
  const authority = newCertificateAuthority(root, clock);
  const kinds: string[] = [];
  const issued = await ensureLeaf({
    files: { cert: join(t.testdir(), 'a.crt'), key: join(t.testdirName, 'a.key') },
    content: clientContent('alice', []),
    authority,
    clock,
    report: () => {},
    keyAlgorithm: 'ecdsa-p256',
  });
  const rotator = newCertificateRotator({ issued, clock, report: ({ kind }) => kinds.push(kind) });
  const abort = new AbortController();
  const running = rotator.run(abort.signal);
  for (let seconds = 0; seconds < 120; seconds++) {
    await clock.waitForTimers();
    await clock.advance(1000);
  }
  abort.abort();
  await running;
  const renewed = kinds.filter((kind) => kind === 'Renewed').length;
  t.ok(renewed >= 2 && renewed <= 30, `${renewed} renewals in the last minute of an authority`);
  t.equal(kinds.at(-1), 'RenewalFailed');
});

t.test('a server takes over new certificates without losing its connections', async (t) => {
  const ca = await newTestAuthority();
  const [first, second] = await Promise.all([ca.serving(), ca.serving()]);
  const source = newPublished(first, (error) => t.fail(String(error)));
  const server = createServer(toSecureContextOptions(first), (socket) => socket.pipe(socket));
  const stop = followSecureContext(server, source, { minVersion: 'TLSv1.3' });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const dial = async (maxVersion: 'TLSv1.3' | 'TLSv1.2' = 'TLSv1.3'): Promise<TLSSocket> => {
    const { port } = server.address() as AddressInfo;
    const socket = connect({ host: '127.0.0.1', port, ca: ca.caPEM, servername: 'localhost', maxVersion });
    await once(socket, 'secureConnect');
    return socket;
  };

  const old = await dial();
  t.equal(peerFingerprintOf(old), first.certificate.fingerprint256);
  source.publish(second);
  const fresh = await dial();
  t.equal(peerFingerprintOf(fresh), second.certificate.fingerprint256);
  await t.rejects(dial('TLSv1.2'), 'the other options are kept');
  old.write('still here');
  const [echo] = (await once(old, 'data')) as [Buffer];
  t.equal(echo.toString(), 'still here');

  stop();
  source.publish(first);
  const last = await dial();
  t.equal(peerFingerprintOf(last), second.certificate.fingerprint256);
  for (const socket of [old, fresh, last]) socket.destroy();
  server.close();
});

function noWatches(): FSWatcher {
  throw Object.assign(new Error('no watches left'), { code: 'ENOSPC' });
}

function peerFingerprintOf(socket: TLSSocket): string {
  return socket.getPeerCertificate().fingerprint256;
}

/** A folder with a pair in it. */
async function newPairFolder(folder: string, pair: CertificatePair): Promise<{ cert: string; key: string }> {
  const files = { cert: join(folder, 'tls.crt'), key: join(folder, 'tls.key') };
  await mkdir(folder, { recursive: true });
  await writeFile(files.cert, pair.certPEM);
  await writeFile(files.key, pair.keyPEM);
  return files;
}

/** As editors do it: write another file, rename it over the old one. */
async function replaceFile(path: string, content: string): Promise<void> {
  await writeFile(`${path}~`, content);
  await rename(`${path}~`, path);
}

t.test('follows changes of a pair as they happen, and stays with the last good one', async (t) => {
  const ca = await newTestAuthority();
  const other = await newTestAuthority();
  const [first, second, third] = await Promise.all([ca.serving(), ca.serving(), other.serving()]);
  const files = await newPairFolder(join(t.testdir(), 'certs'), first);
  const events: CertificateEvent[] = [];
  const source = await openCertificateFiles(files, { clock: systemClock, report: (event) => events.push(event) });
  const seen: string[] = [];
  source.onChange(({ certPEM }) => seen.push(certPEM));
  const abort = new AbortController();
  const running = source.run(abort.signal);

  await replaceFile(files.cert, second.certPEM);
  await replaceFile(files.key, second.keyPEM);
  await until(() => seen.length === 1);
  t.same(seen, [second.certPEM]);
  t.equal(source.current().certPEM, second.certPEM);

  await replaceFile(files.cert, third.certPEM);
  await until(() => events.at(-1)?.kind === 'Rejected');
  t.match(events.at(-1), {
    files: [files.cert, files.key],
    message: /tls\.crt, .*tls\.key: the private key does not belong to the certificate; what was loaded before stays/,
    cause: { code: 'Mismatch' },
  });
  t.equal(source.current().certPEM, second.certPEM);

  await rm(files.key);
  await until(() => isCertificateError(events.at(-1)?.cause, 'Missing'));
  await replaceFile(files.key, third.keyPEM);
  await until(() => seen.length === 2);
  t.equal(source.current().certPEM, third.certPEM);
  abort.abort();
  await running;
});

t.test('finds by looking once a minute what watching does not show', async (t) => {
  const [ca, other] = await Promise.all([newTestAuthority(), newTestAuthority()]);
  const [first, second] = await Promise.all([ca.serving(), other.serving()]);
  const folder = join(t.testdir(), 'certs');
  const files = await newPairFolder(folder, first);
  const clock = newFakeClock();
  const events: CertificateEvent[] = [];
  const source = await openCertificateFiles(files, {
    clock,
    report: (event) => events.push(event),
    watchFolder: noWatches,
  });
  const abort = new AbortController();
  const running = source.run(abort.signal);
  const minute = async (): Promise<string[]> => {
    await clock.waitForTimers();
    await clock.advance(60_000);
    await clock.waitForTimers();
    return events.splice(0).map(({ kind }) => kind);
  };
  t.same(await minute(), ['WatchFailed'], 'reported once');
  await writeFile(files.key, second.keyPEM);
  t.same(await minute(), ['Rejected']);
  t.same(await minute(), [], 'the same state is reported once');
  await writeFile(files.key, first.keyPEM);
  t.same(await minute(), [], 'back to what is loaded');
  await writeFile(files.cert, second.certPEM);
  await writeFile(files.key, second.keyPEM);
  t.same(await minute(), ['Reloaded']);
  t.equal(source.current().certPEM, second.certPEM);

  await rm(folder, { recursive: true });
  t.same(await minute(), ['Rejected']);
  abort.abort();
  await running;
});

t.test('watches a folder again after it was replaced by another', async (t) => {
  const ca = await newTestAuthority();
  const [first, second, third] = await Promise.all([ca.serving(), ca.serving(), ca.serving()]);
  const root = t.testdir();
  const files = await newPairFolder(join(root, 'certs'), first);
  const clock = newFakeClock();
  let changes = 0;
  const source = await openCertificateFiles(files, { clock, report: () => {} });
  source.onChange(() => changes++);
  const abort = new AbortController();
  const running = source.run(abort.signal);
  await clock.waitForTimers();
  await newPairFolder(join(root, 'next'), second);
  await rename(join(root, 'certs'), join(root, 'before'));
  await rename(join(root, 'next'), join(root, 'certs'));
  await clock.waitForTimers();
  await clock.advance(60_000);
  await until(() => changes === 1);
  t.equal(source.current().certPEM, second.certPEM);

  // from here on only events count: the clock moves less than the minute between two looks
  await clock.waitForTimers();
  await replaceFile(files.key, third.keyPEM);
  await replaceFile(files.cert, third.certPEM);
  await until(() => {
    void clock.advance(100);
    return changes === 2;
  });
  t.equal(source.current().certPEM, third.certPEM);
  abort.abort();
  await running;
});

t.test('follows a mounted secret, whose files are links into a folder that is swapped', async (t) => {
  const ca = await newTestAuthority();
  const [first, second] = await Promise.all([ca.serving(), ca.serving()]);
  const root = t.testdir();
  await newPairFolder(join(root, '..1'), first);
  await newPairFolder(join(root, '..2'), second);
  await symlink('..1', join(root, '..data'));
  const files = { cert: join(root, 'tls.crt'), key: join(root, 'tls.key') };
  await symlink('..data/tls.crt', files.cert);
  await symlink('..data/tls.key', files.key);
  const source = await openCertificateFiles(files, { clock: systemClock, report: () => {} });
  const changed = new Promise<CertificatePair>((resolve) => void source.onChange(resolve));
  const abort = new AbortController();
  const running = source.run(abort.signal);
  await symlink('..2', join(root, '..tmp'));
  await rename(join(root, '..tmp'), join(root, '..data'));
  t.equal((await changed).certPEM, second.certPEM);
  abort.abort();
  await running;
});

t.test('refuses files that are no good when they are opened', async (t) => {
  const [ca, other] = await Promise.all([newTestAuthority(), newTestAuthority()]);
  const follow = { clock: newFakeClock(), report: () => {} };
  const files = await newPairFolder(t.testdir(), ca.root);
  const missing = { ...files, key: `${files.key}.none` };
  await t.rejects(openCertificateFiles(missing, follow), { code: 'Missing', message: /ENOENT.*tls\.key\.none/ });
  await t.rejects(openCertificateFiles({ ...files, key: t.testdirName }, follow), { code: 'Unreadable' });
  await writeFile(files.key, other.root.keyPEM);
  await t.rejects(openCertificateFiles(files, follow), { code: 'Mismatch', files: [files.cert, files.key] });
  await t.rejects(openCertificateBundle(files.key, follow), { code: 'Corrupt', message: /contains no certificate/ });

  await writeFile(files.cert, `${ca.caPEM}${other.caPEM}`);
  const bundle = await openCertificateBundle(files.cert, follow);
  t.equal(bundle.current().certificates.length, 2);
  await copyFile(files.cert, `${files.cert}.copy`);
  await bundle.run(AbortSignal.abort());
});
