import type { ASN1, ASN1Writer } from './asn1-writer.ts';
import { toIPBytes } from './ip-address.ts';
import type { SubjectNames } from './subject-names.ts';

/** What a certificate may be used for in TLS. */
export type CertificateUsage = 'serverAuth' | 'clientAuth';

/** The content of a certificate's extensions. */
export interface ExtensionContent {
  /** True for a certificate authority, one that issues end certificates only. */
  readonly authority: boolean;
  /** RSA keys may also encrypt a TLS 1.2 session key. */
  readonly keyEncipherment: boolean;
  readonly usages: readonly CertificateUsage[];
  readonly names: SubjectNames;
  readonly subjectKeyIdentifier: Buffer;
  /** Absent when the issuer's certificate has none. */
  readonly authorityKeyIdentifier: Buffer | undefined;
}

const oids = {
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyIdentifier: '2.5.29.35',
  extKeyUsage: '2.5.29.37',
} as const;

/** OIDs of the extended key usages, as `X509Certificate.keyUsage` lists them. */
export const usageOIDs: Readonly<Record<CertificateUsage, string>> = {
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
};

/** Bits of KeyUsage (RFC 5280 4.2.1.3), the first one leftmost. */
const keyUsageBits = { digitalSignature: 0x80, keyEncipherment: 0x20, keyCertSign: 0x04, cRLSign: 0x02 } as const;

/** The extensions of a certificate (RFC 5280 4.2). */
export function toExtensions(writer: ASN1Writer, content: ExtensionContent): ASN1 {
  const extension = (oid: string, value: ASN1, critical: boolean): ASN1 => {
    const flag = critical ? [writer.boolean(true)] : [];
    return writer.sequence(writer.oid(oid), ...flag, writer.octetString(writer.encode(value)));
  };
  const { usages, names, authorityKeyIdentifier } = content;
  const extensions = [
    extension(oids.basicConstraints, toBasicConstraints(writer, content.authority), true),
    extension(oids.keyUsage, toKeyUsage(writer, content), true),
    extension(oids.subjectKeyIdentifier, writer.octetString(content.subjectKeyIdentifier), false),
  ];
  if (authorityKeyIdentifier !== undefined) {
    const identifier = writer.sequence(writer.implicit(0, authorityKeyIdentifier));
    extensions.push(extension(oids.authorityKeyIdentifier, identifier, false));
  }
  if (usages.length > 0) {
    const list = writer.sequence(...usages.map((usage) => writer.oid(usageOIDs[usage])));
    extensions.push(extension(oids.extKeyUsage, list, false));
  }
  if (names.dnsNames.length + names.ipAddresses.length > 0) {
    extensions.push(extension(oids.subjectAltName, toAltNames(writer, names), false));
  }
  return writer.sequence(...extensions);
}

function toBasicConstraints(writer: ASN1Writer, authority: boolean): ASN1 {
  // no authority below this one: path length 0
  return authority ? writer.sequence(writer.boolean(true), writer.integer(0)) : writer.sequence();
}

function toKeyUsage(writer: ASN1Writer, content: ExtensionContent): ASN1 {
  const { digitalSignature, keyEncipherment, keyCertSign, cRLSign } = keyUsageBits;
  if (content.authority) return toBits(writer, digitalSignature | keyCertSign | cRLSign);
  return toBits(writer, content.keyEncipherment ? digitalSignature | keyEncipherment : digitalSignature);
}

/** DER wants the zeros at the end of a named bit list cut off. */
function toBits(writer: ASN1Writer, bits: number): ASN1 {
  return writer.bitString(Buffer.from([bits]), 31 - Math.clz32(bits & -bits));
}

function toAltNames(writer: ASN1Writer, names: SubjectNames): ASN1 {
  return writer.sequence(
    ...names.dnsNames.map((name) => writer.implicit(2, Buffer.from(name, 'ascii'))),
    ...names.ipAddresses.map((address) => writer.implicit(7, toIPBytes(address))),
  );
}
