import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type TLSSocket } from 'node:tls';
import t from 'tap';
import { systemClock } from '../component/id/clock.ts';
import { newFakeClock } from '../testing/fake-clock.ts';
import { attributeOIDs, newOddCertificate } from '../testing/pki-odd-certificate.ts';
import { newTestAuthority } from '../testing/pki.ts';
import { isIssuedBy, newAuthorityPair, newCertificateAuthority } from './certificate-authority.ts';
import { parseCertificatePair, type CertificatePair } from './certificate-pair.ts';
import { subjectDEROf, subjectKeyIdentifierOf } from './der.ts';
import { keyIdentifierOf, toKeyPEM } from './keys.ts';
import { clientContent, servingContent } from './leaf-content.ts';
import { toSecureContextOptions } from './secure-context.ts';
import { checkServerNames } from './server-names.ts';
import { namesOf } from './subject-names.ts';
import { subjectOf } from './subject.ts';
import { renewalTimeOf, validityOf } from './validity.ts';

const day = 86_400_000;

/** Two sides of a handshake. */
interface Handshake {
  readonly serving: CertificatePair;
  /** What the client trusts. */
  readonly serverCA: string;
  readonly client?: CertificatePair;
  /** What the server trusts. */
  readonly clientCA?: string;
  /** Names that the client expects. */
  readonly hosts?: readonly string[];
}

/** What each side thinks of the other: `ok` and the client's user, or the code of the error. */
async function shakeHands(options: Handshake): Promise<{ server: string; client: string; user: string }> {
  const { serving, serverCA, client, clientCA, hosts = ['localhost'] } = options;
  const server = createServer({
    ...toSecureContextOptions(serving),
    ...(clientCA !== undefined && { ca: clientCA, requestCert: true, rejectUnauthorized: false }),
  });
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const accepted = once(server, 'secureConnection') as Promise<[TLSSocket]>;
  const socket = connect({
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    ca: serverCA,
    ...(client !== undefined && toSecureContextOptions(client)),
    checkServerIdentity: (_host, certificate) => checkServerNames(certificate, hosts),
  });
  try {
    const outcome = await once(socket, 'secureConnect').then(
      () => 'ok',
      (error: NodeJS.ErrnoException) => error.code ?? error.message,
    );
    if (outcome !== 'ok' || client === undefined) return { server: outcome, client: 'none', user: '' };
    const [peer] = await accepted;
    const user = subjectOf(peer.getPeerCertificate()).commonName;
    return { server: outcome, client: peer.authorized ? 'ok' : String(peer.authorizationError), user };
  } finally {
    socket.destroy();
    server.close();
  }
}

for (const keyAlgorithm of ['rsa-2048', 'ecdsa-p256'] as const) {
  t.test(`issues ${keyAlgorithm} certificates that real handshakes accept`, async (t) => {
    const ca = await newTestAuthority({ keyAlgorithm });
    const user = `system:tributary:service:${'x'.repeat(60)}`;
    const serving = await ca.serving(['localhost', '::1', `${'long.'.repeat(20)}example`]);
    const client = await ca.client(user, ['dev']);
    const sides = { serving, serverCA: ca.caPEM, client, clientCA: ca.caPEM };
    t.same(await shakeHands(sides), { server: 'ok', client: 'ok', user });
    t.match(await shakeHands({ ...sides, hosts: ['::1'] }), { server: 'ok' });
    t.match(await shakeHands({ ...sides, hosts: [`${'long.'.repeat(20)}example`] }), { server: 'ok' });
    t.match(await shakeHands({ ...sides, hosts: ['other'] }), { server: 'ERR_TLS_CERT_ALTNAME_INVALID' });
  });
}

t.test('handshakes refuse what must be refused', async (t) => {
  const [ca, other] = await Promise.all([newTestAuthority(), newTestAuthority()]);
  const [serving, client] = await Promise.all([ca.serving(), ca.client('alice')]);
  const sides = { serving, serverCA: ca.caPEM, client, clientCA: ca.caPEM };
  const serverOf = async (change: Partial<Handshake>): Promise<string> =>
    (await shakeHands({ ...sides, ...change })).server;
  const clientOf = async (change: Partial<Handshake>): Promise<string> =>
    (await shakeHands({ ...sides, ...change })).client;

  t.match(await serverOf({ serving: await other.serving() }), /SIGNATURE|ISSUER/, 'a server of another authority');
  t.equal(await serverOf({ serving: await ca.serving(['localhost'], { validity: 'expired' }) }), 'CERT_HAS_EXPIRED');
  t.equal(await serverOf({ serving: await ca.serving([], { validity: 'not-yet-valid' }) }), 'CERT_NOT_YET_VALID');
  t.equal(await serverOf({ serving: client }), 'INVALID_PURPOSE', 'a client certificate as a server');

  t.match(await clientOf({ client: await other.client('alice') }), /SIGNATURE|ISSUER/, 'a client of another authority');
  t.equal(await clientOf({ client: await ca.client('alice', [], { validity: 'expired' }) }), 'CERT_HAS_EXPIRED');
  t.equal(await clientOf({ client: serving }), 'INVALID_PURPOSE', 'a serving certificate as a client');
});

t.test('fills in the fields and extensions', async (t) => {
  const clock = newFakeClock();
  const root = await newAuthorityPair({ commonName: 'root', lifetime: 3650 * day, clock });
  t.equal(root.certificate.ca, true);
  t.same(validityOf(root.certificate), { notBefore: clock.now() - 300_000, notAfter: clock.now() + 3650 * day });

  const ca = newCertificateAuthority(root, clock);
  const content = { ...servingContent(['a.example', '2001:db8::1']), lifetime: 90 * day };
  const { certificate, keyPEM, certPEM } = await ca.issue(content);
  t.equal(parseCertificatePair(certPEM, keyPEM).certificate.fingerprint256, certificate.fingerprint256);
  t.same(validityOf(certificate), { notBefore: clock.now() - 300_000, notAfter: clock.now() + 90 * day });
  t.same(namesOf(certificate), { dnsNames: ['a.example'], ipAddresses: ['2001:db8::1'] });
  t.same(certificate.keyUsage, ['1.3.6.1.5.5.7.3.1']);
  t.equal(certificate.ca, false);
  t.same(subjectKeyIdentifierOf(certificate.raw), keyIdentifierOf(certificate.publicKey));
  t.ok(certificate.raw.includes(keyIdentifierOf(root.certificate.publicKey)), 'names the key of its issuer');
  t.ok(isIssuedBy(certificate, root.certificate));
  t.notOk(isIssuedBy(root.certificate, certificate));

  const serials = await Promise.all(Array.from({ length: 20 }, async () => (await ca.issue(content)).certificate));
  t.equal(new Set(serials.map(({ serialNumber }) => serialNumber)).size, 20);
  for (const { serialNumber } of serials) t.match(serialNumber, /^[4-7][0-9A-F]{31}$/);
});

t.test('writes years from 2050 on in four digits', async (t) => {
  const clock = newFakeClock(Date.UTC(2049, 6, 1));
  const root = await newAuthorityPair({ commonName: 'root', lifetime: 366 * day, clock, keyAlgorithm: 'ecdsa-p256' });
  t.equal(root.certificate.validToDate.toISOString(), '2050-07-02T00:00:00.000Z');
  t.equal(root.certificate.validFromDate.toISOString(), '2049-06-30T23:55:00.000Z');
});

t.test('gives short lives a short start in the past', async (t) => {
  const clock = newFakeClock();
  const root = await newAuthorityPair({ commonName: 'root', lifetime: day, clock, keyAlgorithm: 'ecdsa-p256' });
  const ca = newCertificateAuthority(root, clock);
  const issue = async (lifetime: number): Promise<CertificatePair> =>
    ca.issue({ ...clientContent('alice', []), lifetime, keyAlgorithm: 'ecdsa-p256' });
  const short = (await issue(10_000)).certificate;
  t.same(validityOf(short), { notBefore: clock.now() - 1000, notAfter: clock.now() + 10_000 });
  t.ok(renewalTimeOf(short) > clock.now() + 5000);

  t.equal(validityOf((await issue(30 * day)).certificate).notAfter, clock.now() + day, 'ends with its issuer');
  await clock.advance(day);
  await t.rejects(issue(1000), { code: 'Expired', message: /it has expired on/ });
  await t.rejects(newCertificateAuthority(root, newFakeClock(0)).issue({ ...clientContent('a', []), lifetime: 1 }), {
    code: 'NotYetValid',
  });
});

t.test('repeats the name and key identifier of an authority that others have made', async (t) => {
  const { commonName, organization } = attributeOIDs;
  // PrintableString, two values in one RDN, an identifier that is no hash of the key
  const subject = [
    [
      { oid: organization, tag: 19, value: 'Some  Company' },
      { oid: commonName, tag: 19, value: 'Own CA' },
    ],
  ];
  const root = await newOddCertificate({ subject, authority: true });
  const ca = newCertificateAuthority(root, systemClock);
  const serving = await ca.issue({ ...servingContent(['localhost']), lifetime: day });
  t.ok(serving.certificate.raw.includes(subjectDEROf(root.certificate.raw)));
  t.match(await shakeHands({ serving, serverCA: root.certPEM }), { server: 'ok' });

  const bare = await newOddCertificate({ subject, keyIdentifier: 'none' });
  t.throws(() => newCertificateAuthority(bare, systemClock), { code: 'NotAuthority' });
});

t.test('refuses keys that it cannot sign with', async (t) => {
  const ca = await newTestAuthority();
  const { privateKey } = generateKeyPairSync('ed25519');
  t.throws(() => newCertificateAuthority({ ...ca.root, keyPEM: toKeyPEM(privateKey) }, systemClock), {
    code: 'UnsupportedKey',
    message: /not ed25519/,
  });
});

t.test('notices at once when what it signs does not verify', async (t) => {
  const [ca, other] = await Promise.all([newTestAuthority(), newTestAuthority()]);
  const mixed = newCertificateAuthority({ ...ca.root, keyPEM: other.root.keyPEM }, systemClock);
  await t.rejects(mixed.issue({ ...clientContent('alice', []), lifetime: day }), { code: 'NotAuthority' });
});

t.test('shows a name in the subject only if it fits', async (t) => {
  const long = `${'long.'.repeat(20)}example`;
  t.equal(servingContent([long, 'localhost']).subject.commonName, 'localhost');
  t.equal(servingContent([long]).subject.commonName, 'tributary serving');
  t.throws(() => servingContent(['no host']), { code: 'InvalidName' });
});
