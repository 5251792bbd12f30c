import { sign, X509Certificate } from 'node:crypto';
import { loadASN1Writer, type ASN1 } from '../pki/asn1-writer.ts';
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

/** A certificate that a well-behaved issuer would not make. */
export interface OddCertificateOptions {
  /** The relative distinguished names, each with one or more attributes. */
  readonly subject: readonly (readonly OddAttribute[])[];
  /** By default the certificate signs itself. */
  readonly issuer?: CertificatePair;
  readonly authority?: boolean;
  /** Subject alternative names in DER, by default none. */
  readonly altNames?: Buffer;
  /** Default four bytes that have nothing to do with the key. Empty for a certificate without any extension. */
  readonly subjectKeyIdentifier?: Buffer;
}

/** OIDs of the attributes that matter. */
export const attributeOIDs = { commonName: '2.5.4.3', organization: '2.5.4.10', country: '2.5.4.6' } as const;

/** Makes a certificate with any subject, byte by byte, valid for an hour. Throws what OpenSSL throws if it refuses it. */
export async function newOddCertificate(options: OddCertificateOptions): Promise<CertificatePair> {
  const { subject, issuer, authority = false, altNames, subjectKeyIdentifier = Buffer.from('odd!') } = options;
  const writer = await loadASN1Writer();
  const keys = await generateKeyPair('ecdsa-p256');
  const signer = issuer === undefined ? keys.privateKey : parsePrivateKey(issuer.keyPEM);
  const algorithm = writer.sequence(
    writer.oid(signer.asymmetricKeyType === 'rsa' ? '1.2.840.113549.1.1.11' : '1.2.840.10045.4.3.2'),
  );
  const toAttribute = ({ oid, tag = 12, value }: OddAttribute): ASN1 => {
    const bytes = Buffer.from(value);
    const header = bytes.length < 128 ? [tag, bytes.length] : [tag, 0x82, bytes.length >> 8, bytes.length & 0xff];
    return writer.sequence(writer.oid(oid), writer.encoded(Buffer.concat([Buffer.from(header), bytes])));
  };
  const name = writer.sequence(...subject.map((attributes) => writer.set(...attributes.map(toAttribute))));
  const extensions = toExtensions(writer, {
    authority,
    keyEncipherment: false,
    usages: authority ? [] : ['serverAuth', 'clientAuth'],
    names: { dnsNames: [], ipAddresses: [] },
    subjectKeyIdentifier,
    authorityKeyIdentifier: undefined,
  });
  const altNameList = altNames === undefined ? [] : [toAltNameExtension(altNames)];
  const list = [...(extensions.value as ASN1[]), ...altNameList];

  function toAltNameExtension(der: Buffer): ASN1 {
    return writer.sequence(writer.oid('2.5.29.17'), writer.octetString(der));
  }

  const now = Date.now();
  const body = writer.encode(
    writer.sequence(
      writer.explicit(0, writer.integer(2)),
      writer.integer(1),
      algorithm,
      issuer === undefined ? name : writer.encoded(subjectDEROf(issuer.certificate.raw)),
      writer.sequence(writer.time(new Date(now - 60_000)), writer.time(new Date(now + 3_600_000))),
      name,
      writer.encoded(keys.publicKey.export({ type: 'spki', format: 'der' })),
      ...(subjectKeyIdentifier.length === 0 ? [] : [writer.explicit(3, writer.sequence(...list))]),
    ),
  );
  const signature = writer.bitString(sign('sha256', body, signer));
  const certificate = new X509Certificate(writer.encode(writer.sequence(writer.encoded(body), algorithm, signature)));
  return { certPEM: certificate.toString(), keyPEM: toKeyPEM(keys.privateKey), certificate };
}
