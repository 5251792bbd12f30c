import { sign, X509Certificate } from 'node:crypto';
import { loadASN1Writer, type ASN1, type ASN1Writer } from '../pki/asn1-writer.ts';
import { toExtensions } from '../pki/certificate-extensions.ts';
import { parsePrivateKey, type CertificatePair } from '../pki/certificate-pair.ts';
import { subjectDEROf } from '../pki/der.ts';
import { generateKeyPair, toKeyPEM } from '../pki/keys.ts';

/** One attribute of a name, with the string type and the bytes that it is encoded with. */
export interface OddAttribute {
  readonly oid: string;
  /** Default 12, UTF8String. */
  readonly tag?: number;
  /** Text is encoded as UTF-8. */
  readonly value: string | Buffer;
}

/** A certificate that an ordinary issuer would not make. */
export interface OddCertificateOptions {
  /** The relative distinguished names, each with one or more attributes. */
  readonly subject: readonly (readonly OddAttribute[])[];
  /** By default the certificate signs itself. */
  readonly issuer?: CertificatePair;
  readonly authority?: boolean;
  /** General names of the alternative names, each a context tag with its bytes (1 mail, 2 DNS, 6 URI, 7 IP address). */
  readonly altNames?: readonly { readonly tag: number; readonly value: string | Buffer }[];
  /** `odd` has nothing to do with the key; `none` leaves out all extensions. */
  readonly keyIdentifier?: 'odd' | 'none';
}

/** OIDs of the attributes that matter. */
export const attributeOIDs = { commonName: '2.5.4.3', organization: '2.5.4.10' } as const;

/** Makes a certificate with any subject, byte by byte, valid for an hour. Throws what OpenSSL throws if it refuses it. */
export async function newOddCertificate(options: OddCertificateOptions): Promise<CertificatePair> {
  const { issuer, keyIdentifier = 'odd' } = options;
  const writer = await loadASN1Writer();
  const keys = await generateKeyPair('ecdsa-p256');
  const algorithm = writer.sequence(writer.oid('1.2.840.10045.4.3.2'));
  const name = toName(writer, options.subject);
  const body = writer.encode(
    writer.sequence(
      writer.explicit(0, writer.integer(2)),
      writer.integer(1),
      algorithm,
      issuer === undefined ? name : writer.encoded(subjectDEROf(issuer.certificate.raw)),
      writer.sequence(...[-60_000, 3_600_000].map((shift) => writer.time(new Date(Date.now() + shift)))),
      name,
      writer.encoded(keys.publicKey.export({ type: 'spki', format: 'der' })),
      ...(keyIdentifier === 'none' ? [] : [writer.explicit(3, toOddExtensions(writer, options))]),
    ),
  );
  const signer = issuer === undefined ? keys.privateKey : parsePrivateKey(issuer.keyPEM);
  const signature = writer.bitString(sign('sha256', body, signer));
  const certificate = new X509Certificate(writer.encode(writer.sequence(writer.encoded(body), algorithm, signature)));
  return { certPEM: certificate.toString(), keyPEM: toKeyPEM(keys.privateKey), certificate };
}

function toName(writer: ASN1Writer, subject: OddCertificateOptions['subject']): ASN1 {
  const toAttribute = ({ oid, tag = 12, value }: OddAttribute): ASN1 =>
    writer.encoded(
      toElement(0x30, Buffer.concat([writer.encode(writer.oid(oid)), toElement(tag, Buffer.from(value))])),
    );
  return writer.sequence(...subject.map((attributes) => writer.set(...attributes.map(toAttribute))));
}

function toOddExtensions(writer: ASN1Writer, { authority = false, altNames = [] }: OddCertificateOptions): ASN1 {
  const ordinary = toExtensions(writer, {
    authority,
    keyEncipherment: false,
    usages: authority ? [] : ['serverAuth', 'clientAuth'],
    names: { dnsNames: [], ipAddresses: [] },
    subjectKeyIdentifier: Buffer.from('odd'),
    authorityKeyIdentifier: undefined,
  });
  if (altNames.length === 0) return ordinary;
  const names = writer.sequence(...altNames.map(({ tag, value }) => writer.implicit(tag, Buffer.from(value))));
  const extension = writer.sequence(writer.oid('2.5.29.17'), writer.octetString(writer.encode(names)));
  return writer.sequence(...(ordinary.value as ASN1[]), extension);
}

function toElement(tag: number, value: Buffer): Buffer {
  const length = value.length < 128 ? [value.length] : [0x82, value.length >> 8, value.length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), value]);
}
