import type { X509Certificate } from 'node:crypto';
import t from 'tap';
import { attributeOIDs, newOddCertificate, type OddAttribute } from '../testing/pki-odd-certificate.ts';
import { newTestAuthority } from '../testing/pki.ts';
import { isCertificateError } from './certificate-error.ts';
import { parseCertificatePair } from './certificate-pair.ts';
import { readElement, subjectDEROf, subjectKeyIdentifierOf } from './der.ts';
import { describeCertificate, fingerprintOf } from './describe.ts';
import { toIPBytes, tryCanonicalIP } from './ip-address.ts';
import { parseCertificates } from './pem.ts';
import { checkServerNames } from './server-names.ts';
import { missingNames, namesOf, toSubjectNames } from './subject-names.ts';
import { subjectOf, subjectValuesOf } from './subject.ts';

const cn = (value: string | Buffer, tag = 12): OddAttribute => ({ oid: attributeOIDs.commonName, tag, value });
const o = (value: string | Buffer, tag = 12): OddAttribute => ({ oid: attributeOIDs.organization, tag, value });

t.test('reads user and groups of odd subjects exactly', async (t) => {
  const cases: Record<string, [OddAttribute[][], string, string[]]> = {
    'one organization': [[[o('dev')], [cn('alice')]], 'alice', ['dev']],
    'several organizations in order': [[[o('b')], [cn('alice')], [o('a')]], 'alice', ['b', 'a']],
    'one RDN with several values': [[[cn('alice'), o('g1'), o('g2')]], 'alice', ['g1', 'g2']],
    'commas and equal signs': [[[cn('a,O=system:masters')], [o('x+CN=admin')]], 'a,O=system:masters', ['x+CN=admin']],
    'line feeds': [[[cn('a\nO=system:masters')], [o('x\r\ny')]], 'a\nO=system:masters', ['x\r\ny']],
    'a NUL': [[[cn('admin\0.evil')]], 'admin\0.evil', []],
    'slashes, quotes, backslashes': [[[cn('a/b"c\\d')]], 'a/b"c\\d', []],
    'blanks at the ends': [[[cn(' admin ')]], ' admin ', []],
    'UTF-8': [[[cn('Jürgen 日本 😀')], [o('späher')]], 'Jürgen 日本 😀', ['späher']],
    'two common names: the last, as Go': [[[cn('Users')], [cn('alice')]], 'alice', []],
    'PrintableString and IA5String': [[[cn('alice', 19)], [o('a@b', 22)]], 'alice', ['a@b']],
    'Latin-1 TeletexString': [[[cn(Buffer.from('J\xfcrgen', 'latin1'), 20)]], 'Jürgen', []],
    'UTF-16 BMPString': [[[cn(Buffer.from('\0A\0B', 'latin1'), 30)]], 'AB', []],
    'an empty common name': [[[cn('')], [o('')]], '', ['']],
    'no common name': [[[o('system:masters')]], '', ['system:masters']],
    'no attribute at all': [[], '', []],
    'a name beyond 64 characters': [[[cn('x'.repeat(300))]], 'x'.repeat(300), []],
    'attributes named like those of JavaScript': [[[{ oid: '1.2.3.4', value: 'CN' }]], '', []],
  };
  for (const [name, [subject, commonName, organizations]] of Object.entries(cases)) {
    const { certificate } = await newOddCertificate({ subject });
    t.same(subjectOf(certificate), { commonName, organizations }, name);
    t.same(subjectOf(certificate.toLegacyObject()), { commonName, organizations }, `${name}, as a peer certificate`);
  }
});

t.test('never takes what is no text for a name', async (t) => {
  for (const [name, value, tag] of [
    ['broken UTF-8', Buffer.from([0x61, 0xff, 0xfe]), 12],
    ['a lone surrogate in UTF-8', Buffer.from([0xed, 0xa0, 0x80]), 12],
    ['an INTEGER', Buffer.from([5]), 2],
    ['an OCTET STRING', Buffer.from('admin'), 4],
    ['a BIT STRING', Buffer.from('\0admin'), 3],
  ] as const) {
    const subject = await newOddCertificate({ subject: [[cn(value, tag)]] }).then(
      ({ certificate }) => subjectOf(certificate).commonName,
      () => 'refused',
    );
    t.ok(subject === 'refused' || subject === '', `${name} is refused or names nobody`);
  }
});

t.test('reads any attribute by name or OID, and nothing from a peer without a certificate', async (t) => {
  const uid = '1.3.6.1.4.1.57683.2';
  const { certificate } = await newOddCertificate({ subject: [[cn('alice')], [{ oid: uid, value: '7' }]] });
  t.same(subjectValuesOf(certificate, uid), ['7']);
  t.same(subjectValuesOf(certificate, 'OU'), []);
  t.same(subjectValuesOf(certificate, 'constructor'), []);
  t.same(subjectOf({} as ReturnType<X509Certificate['toLegacyObject']>), { commonName: '', organizations: [] });
});

t.test('lists the names of a certificate', async (t) => {
  const ca = await newTestAuthority();
  const { certificate } = await ca.serving(['Localhost', '*.Example.com', '127.0.0.1', '::1', '2001:DB8::1']);
  const names = { dnsNames: ['localhost', '*.example.com'], ipAddresses: ['127.0.0.1', '::1', '2001:db8::1'] };
  t.same(namesOf(certificate), names);
  t.same(namesOf(certificate.toLegacyObject()), names);
  t.same(namesOf((await ca.client('alice')).certificate), { dnsNames: [], ipAddresses: [] });
});

t.test('does not let one alternative name pass for two', async (t) => {
  const { certificate } = await newOddCertificate({
    subject: [[cn('x')]],
    altNames: [
      { tag: 2, value: 'a.example, DNS:b.example' },
      { tag: 6, value: 'http://x/?a=", IP Address:10.0.0.1' },
      { tag: 2, value: 'q"\\, IP Address:10.0.0.2' },
      { tag: 1, value: 'a@b.example' },
      { tag: 2, value: 'c.example' },
    ],
  });
  t.same(namesOf(certificate), {
    dnsNames: ['a.example, dns:b.example', 'q"\\, ip address:10.0.0.2', 'c.example'],
    ipAddresses: [],
  });
  t.ok(checkServerNames(certificate, ['b.example', '10.0.0.1', '10.0.0.2']));
  t.equal(checkServerNames(certificate, ['c.example']), undefined);
});

t.test('sorts hosts into names of a certificate', async (t) => {
  t.same(
    toSubjectNames(['LocalHost.', '[::1]', '::1', 'fe80::1%eth0', 'münchen.example', '*.a.b', 'a_b', '10.0.0.1']),
    {
      dnsNames: ['localhost', 'xn--mnchen-3ya.example', '*.a.b', 'a_b'],
      ipAddresses: ['::1', 'fe80::1', '10.0.0.1'],
    },
  );
  const tooLong = `${'a.'.repeat(126)}aa`;
  for (const host of [
    '',
    ' ',
    'a b',
    '*',
    '*.',
    'a..b',
    'a/b',
    'ü/b',
    '-a',
    'a-',
    'x'.repeat(64),
    tooLong,
    '1.2.3',
    '１.2.3.4',
  ]) {
    t.throws(() => toSubjectNames([host]), { name: 'CertificateError', code: 'InvalidName' }, JSON.stringify(host));
  }
  const have = toSubjectNames(['a', '*.b', '::1']);
  t.same(missingNames(toSubjectNames(['a', 'c.b', '::1', '::2']), have), ['c.b', '::2']);
});

t.test('knows IP addresses by their bytes', async (t) => {
  for (const [text, canonical, bytes] of [
    ['10.0.200.1', '10.0.200.1', '0a00c801'],
    ['::', '::', '00000000000000000000000000000000'],
    ['0:0:0:0:0:0:0:1', '::1', '00000000000000000000000000000001'],
    ['::ffff:1.2.3.4', '::ffff:102:304', '00000000000000000000ffff01020304'],
    ['2001:DB8::8:800:200C:417A', '2001:db8::8:800:200c:417a', '20010db80000000000080800200c417a'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0', '00010002000300040005000600070000'],
    ['fe80::1%eth0', 'fe80::1', 'fe800000000000000000000000000001'],
  ] as const) {
    t.equal(tryCanonicalIP(text), canonical, text);
    t.equal(toIPBytes(text).toString('hex'), bytes, text);
  }
  t.equal(tryCanonicalIP('localhost'), undefined);
  t.equal(tryCanonicalIP('1.2.3'), undefined);
});

t.test('accepts a server under any of several names and says otherwise which names it carries', async (t) => {
  const ca = await newTestAuthority();
  const { certificate } = await ca.serving(['a.default.svc', '*.example.com', '::1']);
  for (const host of ['a.default.svc', 'A.Default.svc', 'a.default.svc.', 'x.example.com', '::1', '0:0::1']) {
    t.equal(checkServerNames(certificate, ['no.where', host]), undefined, host);
    t.equal(checkServerNames(certificate.toLegacyObject(), [host]), undefined, `${host}, as a peer certificate`);
  }
  for (const host of ['b.default.svc', 'example.com', 'x.y.example.com', '::2', '127.0.0.1', '']) {
    t.match(checkServerNames(certificate, [host]), { code: 'ERR_TLS_CERT_ALTNAME_INVALID', hosts: [host] }, host);
  }
  t.match(checkServerNames(certificate, []), { name: 'ServerNameError' });
  t.equal(
    checkServerNames(certificate, ['b.default.svc', 'b.local'])?.message,
    'certificate is valid for a.default.svc, *.example.com, ::1, not for b.default.svc or b.local',
  );
});

t.test('never takes the common name for a host name', async (t) => {
  const subject = [[cn('a.default.svc')]];
  const bare = await newOddCertificate({ subject });
  t.equal(
    checkServerNames(bare.certificate, ['a.default.svc'])?.message,
    'certificate is valid for no host, not for a.default.svc',
  );
  const address = await newOddCertificate({ subject, altNames: [{ tag: 7, value: Buffer.from([10, 0, 0, 1]) }] });
  t.ok(checkServerNames(address.certificate, ['a.default.svc']));
  t.equal(checkServerNames(address.certificate, ['10.0.0.1']), undefined);
  const uri = await newOddCertificate({ subject, altNames: [{ tag: 6, value: 'spiffe://x/y' }] });
  t.ok(checkServerNames(uri.certificate, ['a.default.svc']));
});

t.test('describes a certificate', async (t) => {
  const ca = await newTestAuthority({ commonName: 'the root' });
  const { certificate } = await ca.client('alice', ['dev', 'ops']);
  const description = describeCertificate(certificate);
  t.match(description, {
    subject: { commonName: 'alice', organizations: ['dev', 'ops'] },
    names: { dnsNames: [], ipAddresses: [] },
    issuer: 'CN=the root',
    isAuthority: false,
  });
  t.match(description.fingerprint, /^[0-9a-f]{64}$/);
  t.equal(description.fingerprint, fingerprintOf(certificate));
  t.ok(description.notBefore.getTime() < Date.now() && description.notAfter.getTime() > Date.now());
  t.equal(describeCertificate(ca.root.certificate).isAuthority, true);
  t.equal(describeCertificate((await newOddCertificate({ subject: [] })).certificate).issuer, '');
});

t.test('reads bundles of certificates', async (t) => {
  const [a, b] = await Promise.all([newTestAuthority(), newTestAuthority()]);
  const pem = `# a comment\r\n${a.caPEM}between\n${b.root.keyPEM}${b.caPEM.replaceAll('\n', '\r\n')}`;
  const fingerprints = [a, b].map(({ root }) => fingerprintOf(root.certificate));
  t.same(parseCertificates(pem).map(fingerprintOf), fingerprints);
  for (const [name, bad] of Object.entries({
    empty: '',
    'without a certificate': b.root.keyPEM,
    'with a broken certificate': `${a.caPEM}${b.caPEM.replace('MII', 'MIX')}`,
    'with a certificate cut off': `${a.caPEM}${b.caPEM.slice(0, -30)}`,
    'with a certificate inside another': `${a.caPEM.slice(0, 200)}\n${b.caPEM}`,
    'with no base64': '-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----\n',
  })) {
    t.throws(() => parseCertificates(bad), { code: 'Corrupt' }, name);
  }
  const begun = Date.now();
  t.throws(() => parseCertificates('-----BEGIN CERTIFICATE-----'.repeat(200_000)), { code: 'Corrupt' });
  t.ok(Date.now() - begun < 2000, 'whatever is sent in, reading takes linear time');
});

t.test('pairs a certificate with its own key only', async (t) => {
  const [a, b] = await Promise.all([newTestAuthority(), newTestAuthority()]);
  t.equal(parseCertificatePair(a.root.certPEM, a.root.keyPEM).certificate.subject, 'CN=test-ca');
  t.throws(() => parseCertificatePair(a.root.certPEM, b.root.keyPEM), { code: 'Mismatch' });
  t.throws(() => parseCertificatePair(a.root.certPEM, ''), { code: 'Corrupt' });
  t.throws(() => parseCertificatePair('', a.root.keyPEM), { code: 'Corrupt' });
  t.equal(isCertificateError(new Error('x')), false);
});

t.test('finds the parts of a certificate that node:crypto does not show', async (t) => {
  const odd = await newOddCertificate({ subject: [[cn('alice')]] });
  t.equal(subjectDEROf(odd.certificate.raw).toString('hex'), '3010310e300c06035504030c05616c696365');
  t.same(subjectKeyIdentifierOf(odd.certificate.raw), Buffer.from('odd'));
  const bare = await newOddCertificate({ subject: [[cn('alice')]], keyIdentifier: 'none' });
  t.equal(subjectKeyIdentifierOf(bare.certificate.raw), undefined);

  for (const bytes of ['', '30', '3005', '30050102', '3080', '30858080808080', '1f0100', '3082', '300102']) {
    t.throws(() => subjectDEROf(Buffer.from(bytes, 'hex')), { code: 'Corrupt' }, `0x${bytes}`);
  }
  t.equal(readElement(Buffer.from('04810161', 'hex')).contents.toString(), 'a');
});
