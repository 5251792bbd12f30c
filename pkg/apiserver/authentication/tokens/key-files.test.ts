import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { systemClock } from '../../../component/id/clock.ts';
import type { CertificateEvent } from '../../../pki/certificate-event.ts';
import { eventually } from '../../../testing/eventually.ts';
import { ensureTokenKeyFiles, openTokenKeys, ownTokenKeyFiles } from './key-files.ts';
import { parseTokenKeys, toPublicPEM } from './token-keys.ts';

const events: CertificateEvent[] = [];
const follow = { clock: systemClock, report: (event: CertificateEvent): void => void events.push(event) };

function newFiles(t: Test) {
  const dataDir = t.testdir({});
  const files = ownTokenKeyFiles(dataDir);
  return { files, signing: files.signing, list: files.accepted[0] ?? '', dataDir };
}

t.test('keys are made once and survive', async (t) => {
  const { files, signing, list } = newFiles(t);
  await ensureTokenKeyFiles(files);
  const first = await openTokenKeys(files, follow);
  for (const file of [signing, list]) t.equal((await stat(file)).mode & 0o777, 0o600, file);
  const written = await Promise.all([readFile(signing, 'utf8'), readFile(list, 'utf8')]);
  await ensureTokenKeyFiles(files);
  t.same(await Promise.all([readFile(signing, 'utf8'), readFile(list, 'utf8')]), written);
  t.equal((await openTokenKeys(files, follow)).current().signer.id, first.current().signer.id);
  t.equal(first.current().signer.algorithm, 'ES256');
});

t.test('a key is rotated by removing it', async (t) => {
  const { files, signing, list } = newFiles(t);
  await ensureTokenKeyFiles(files);
  const { signer: old } = (await openTokenKeys(files, follow)).current();
  await rm(signing);
  await ensureTokenKeyFiles(files);
  const { signer, accepted } = (await openTokenKeys(files, follow)).current();
  t.not(signer.id, old.id);
  t.same(
    accepted.map(({ id }) => id),
    [signer.id, old.id],
    'the new one first, the old one still accepted',
  );
  await writeFile(list, toPublicPEM(signer));
  t.same((await openTokenKeys(files, follow)).current().accepted.length, 1, 'until it is taken out');
});

t.test('changed files are taken over', async (t) => {
  const { files, list } = newFiles(t);
  await ensureTokenKeyFiles(files);
  const keys = await openTokenKeys(files, follow);
  const running = new AbortController();
  const run = keys.run(running.signal);
  const before = keys.current();
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  await writeFile(list, publicKey.export({ type: 'spki', format: 'pem' }));
  await eventually('two accepted keys', () => keys.current().accepted.length === 2);
  t.not(keys.current(), before, 'another object, by which verdicts are known to be old');
  t.same(
    keys.current().accepted.map(({ algorithm }) => algorithm),
    ['ES256', 'RS256'],
  );
  running.abort();
  await run;
});

t.test('files that are no good', async (t) => {
  const { files, signing, list } = newFiles(t);
  await ensureTokenKeyFiles(files);
  const good = await readFile(list, 'utf8');
  await writeFile(list, 'garbage');
  await t.rejects(ensureTokenKeyFiles(files), { code: 'Corrupt', message: `${list}: holds no key in PEM form` });
  await writeFile(list, good);
  const pem = await readFile(signing, 'utf8');
  await writeFile(signing, good);
  await t.rejects(ensureTokenKeyFiles(files), {
    code: 'Corrupt',
    message: `${signing}: holds no private key in PEM form`,
  });
  await t.rejects(openTokenKeys({ signing: join(signing, 'none'), accepted: [] }, follow), {
    code: /Missing|Unreadable/,
  });
  t.notOk(pem === '');
});

t.test('keys of all kinds', async (t) => {
  const toPEM = ({ privateKey }: { readonly privateKey: KeyObject }): string =>
    privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const ec = (namedCurve: string): string => toPEM(generateKeyPairSync('ec', { namedCurve }));
  const rsa = (modulusLength: number): string => toPEM(generateKeyPairSync('rsa', { modulusLength }));
  for (const [pem, algorithm] of [
    [ec('P-256'), 'ES256'],
    [ec('P-384'), 'ES384'],
    [ec('P-521'), 'ES512'],
    [rsa(2048), 'RS256'],
  ] as const) {
    t.equal(parseTokenKeys(pem, []).signer.algorithm, algorithm);
  }
  t.throws(() => parseTokenKeys(rsa(1024), []), /an RSA key of 1024 bits; tokens need 2048 at least/);
  t.throws(() => parseTokenKeys(ec('secp256k1'), []), /holds a key of type ec; tokens need RSA, or ECDSA on P-256/);
  t.throws(() => parseTokenKeys(toPEM(generateKeyPairSync('ed25519')), []), /holds a key of type ed25519/);
  const [one, two] = [ec('P-256'), ec('P-256')];
  const { accepted } = parseTokenKeys(one, [`some text\n${two}${one}`, one]);
  t.equal(accepted.length, 2, 'each once, whatever stands around it');
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const sec1 = privateKey.export({ type: 'sec1', format: 'pem' }).toString();
  const parameters = '-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n';
  t.equal(parseTokenKeys(parameters + sec1, []).signer.algorithm, 'ES256', 'as openssl ecparam writes it');
});
