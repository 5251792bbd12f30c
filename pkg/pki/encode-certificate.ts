import { randomBytes, sign, type KeyObject } from 'node:crypto';
import type { ASN1, ASN1Writer } from './asn1-writer.ts';
import { toExtensions, type ExtensionContent } from './certificate-extensions.ts';
import type { Subject } from './subject.ts';

/** Everything that a certificate says. */
export interface CertificateContent {
  readonly subject: Subject;
  /** The issuer's name in DER; absent in a self-signed certificate, which repeats its subject. */
  readonly issuer: Buffer | undefined;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly publicKey: KeyObject;
  readonly extensions: ExtensionContent;
}

const oids = {
  commonName: '2.5.4.3',
  organization: '2.5.4.10',
  sha256WithRSAEncryption: '1.2.840.113549.1.1.11',
  ecdsaWithSHA256: '1.2.840.10045.4.3.2',
} as const;

/**
 * Encodes a certificate (RFC 5280 4.1) and signs it; the answer is PEM.
 *
 * Only the encoding is node-forge's. Its `certificate.sign` computes RSA in JavaScript, which blocks the process for 35 to 70 ms
 * where OpenSSL takes one, signs with RSA keys only and re-encodes the issuer's name, which must be repeated byte for byte.
 */
export function encodeCertificate(writer: ASN1Writer, content: CertificateContent, signer: KeyObject): string {
  const algorithm = toSignatureAlgorithm(writer, signer);
  const subject = toName(writer, content.subject);
  const body = writer.sequence(
    writer.explicit(0, writer.integer(2)),
    writer.integer(newSerialNumber()),
    algorithm,
    content.issuer === undefined ? subject : writer.encoded(content.issuer),
    writer.sequence(writer.time(content.notBefore), writer.time(content.notAfter)),
    subject,
    writer.encoded(content.publicKey.export({ type: 'spki', format: 'der' })),
    writer.explicit(3, toExtensions(writer, content.extensions)),
  );
  const bytes = writer.encode(body);
  const signature = writer.bitString(sign('sha256', bytes, signer));
  return toPEM(writer.encode(writer.sequence(writer.encoded(bytes), algorithm, signature)));
}

/** 128 bits of which the first is 0 and the second 1: positive, never shorter, not to be guessed (RFC 5280 4.1.2.2). */
function newSerialNumber(): Buffer {
  const serial = randomBytes(16);
  serial.writeUInt8((serial.readUInt8() & 0x7f) | 0x40);
  return serial;
}

function toSignatureAlgorithm(writer: ASN1Writer, signer: KeyObject): ASN1 {
  // RSA has NULL parameters, ECDSA none (RFC 4055 5, RFC 5758 3.2)
  return signer.asymmetricKeyType === 'rsa'
    ? writer.sequence(writer.oid(oids.sha256WithRSAEncryption), writer.null())
    : writer.sequence(writer.oid(oids.ecdsaWithSHA256));
}

/** Groups first and the most specific part, the common name, last, as Go and OpenSSL print them. */
function toName(writer: ASN1Writer, subject: Subject): ASN1 {
  const attribute = (oid: string, value: string): ASN1 =>
    writer.set(writer.sequence(writer.oid(oid), writer.utf8String(value)));
  const organizations = subject.organizations.map((value) => attribute(oids.organization, value));
  const commonName = subject.commonName === '' ? [] : [attribute(oids.commonName, subject.commonName)];
  return writer.sequence(...organizations, ...commonName);
}

function toPEM(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
