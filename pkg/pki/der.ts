import { CertificateError } from './certificate-error.ts';

/** One DER element (tag, length, contents) inside a larger buffer. */
export interface DERElement {
  /** Identifier octet, such as 0x30 for SEQUENCE. */
  readonly tag: number;
  /** The whole element, header included. */
  readonly raw: Buffer;
  readonly contents: Buffer;
}

const tags = { boolean: 0x01, bitString: 0x03, version: 0xa0, extensions: 0xa3 } as const;

/** OID 2.5.29.14 as DER contents. */
const subjectKeyIdentifierOID = Buffer.from([0x55, 0x1d, 0x0e]);

/**
 * The elements inside a constructed element, in order. Reads only what OpenSSL has accepted as a certificate or key before, to
 * get at the two parts that `node:crypto` does not show; not a parser for foreign input.
 */
export function readElements(contents: Buffer): readonly DERElement[] {
  const elements: DERElement[] = [];
  for (let offset = 0; offset < contents.length;) {
    const element = readElement(contents, offset);
    elements.push(element);
    offset += element.raw.length;
  }
  return elements;
}

/** The first element of a buffer. */
export function readElement(buffer: Buffer, offset = 0): DERElement {
  const tag = buffer[offset];
  const first = buffer[offset + 1];
  if (tag === undefined || first === undefined || (tag & 0x1f) === 0x1f) throw malformed();
  const sizeOfLength = first < 0x80 ? 0 : first & 0x7f;
  const start = offset + 2 + sizeOfLength;
  if (first === 0x80 || sizeOfLength > 4 || start > buffer.length) throw malformed();
  const length = sizeOfLength === 0 ? first : buffer.readUIntBE(offset + 2, sizeOfLength);
  if (start + length > buffer.length) throw malformed();
  return { tag, raw: buffer.subarray(offset, start + length), contents: buffer.subarray(start, start + length) };
}

/** The subject of a certificate as DER, byte for byte, because an issuer name must repeat it exactly (RFC 5280 4.1.2.4). */
export function subjectDEROf(certificate: Buffer): Buffer {
  // serialNumber, signature, issuer, validity, subject: RFC 5280 4.1
  return at(fieldsOf(certificate), 4).raw;
}

/** The contents of the subject key identifier extension, if the certificate has one. */
export function subjectKeyIdentifierOf(certificate: Buffer): Buffer | undefined {
  const list = fieldsOf(certificate).find((field) => field.tag === tags.extensions);
  if (list === undefined) return undefined;
  for (const extension of readElements(readElement(list.contents).contents)) {
    const parts = readElements(extension.contents);
    if (!at(parts, 0).contents.equals(subjectKeyIdentifierOID)) continue;
    const value = at(parts, at(parts, 1).tag === tags.boolean ? 2 : 1);
    return readElement(value.contents).contents;
  }
  return undefined;
}

/** The key itself of a SubjectPublicKeyInfo: what key identifiers are computed from (RFC 5280 4.2.1.2). */
export function publicKeyBitsOf(subjectPublicKeyInfo: Buffer): Buffer {
  const key = at(readElements(readElement(subjectPublicKeyInfo).contents), 1);
  if (key.tag !== tags.bitString) throw malformed();
  return key.contents.subarray(1);
}

/** Fields of the TBSCertificate after the optional version. */
function fieldsOf(certificate: Buffer): readonly DERElement[] {
  const fields = readElements(at(readElements(readElement(certificate).contents), 0).contents);
  return at(fields, 0).tag === tags.version ? fields.slice(1) : fields;
}

function at(elements: readonly DERElement[], index: number): DERElement {
  const element = elements[index];
  if (element === undefined) throw malformed();
  return element;
}

function malformed(): CertificateError {
  return new CertificateError('Corrupt', 'the DER encoding is malformed');
}
