import type * as Forge from 'node-forge';
import { readElement } from './der.ts';

/** One ASN.1 value, ready to be encoded. */
export type ASN1 = Forge.asn1.Asn1;

/** Builds ASN.1 values; a thin cover over node-forge's encoder that takes buffers and knows the types that X.509 needs. */
export interface ASN1Writer {
  sequence(...elements: readonly ASN1[]): ASN1;
  set(...elements: readonly ASN1[]): ASN1;
  oid(dotted: string): ASN1;
  integer(value: number | Buffer): ASN1;
  boolean(value: boolean): ASN1;
  null(): ASN1;
  octetString(value: Buffer): ASN1;
  bitString(value: Buffer, unusedBits?: number): ASN1;
  utf8String(value: string): ASN1;
  /** UTCTime until 2049, GeneralizedTime from then on (RFC 5280 4.1.2.5). */
  time(value: Date): ASN1;
  /** A context-specific tag around another value. */
  explicit(tag: number, value: ASN1): ASN1;
  /** A context-specific tag in the place of a primitive value's own. */
  implicit(tag: number, value: Buffer): ASN1;
  /** One SEQUENCE that is encoded already. */
  encoded(element: Buffer): ASN1;
  encode(value: ASN1): Buffer;
}

const universal = 0x00;
const contextSpecific = 0x80;

/** Loads node-forge, which costs about 30 ms: only a process that issues certificates pays for it. */
export async function loadASN1Writer(): Promise<ASN1Writer> {
  const { default: forge } = await import('node-forge');
  return newASN1Writer(forge.asn1);
}

function newASN1Writer(asn1: typeof Forge.asn1): ASN1Writer {
  const { Type } = asn1;
  // declared with enums for the tags, although any number is one
  type Element = [tagClass: number, type: number, constructed: boolean, value: string | ASN1[]];
  const create: (...element: Element) => ASN1 = asn1.create;
  // forge keeps bytes in strings
  const primitive = (type: number, value: Buffer, tagClass: number = universal): ASN1 =>
    create(tagClass, type, false, value.toString('latin1'));
  const constructed = (type: number, elements: readonly ASN1[], tagClass: number = universal): ASN1 =>
    create(tagClass, type, true, [...elements]);
  return {
    sequence: (...elements) => constructed(Type.SEQUENCE, elements),
    set: (...elements) => constructed(Type.SET, elements),
    oid: (dotted) => primitive(Type.OID, fromForge(asn1.oidToDer(dotted))),
    integer: (value) =>
      primitive(Type.INTEGER, typeof value === 'number' ? fromForge(asn1.integerToDer(value)) : value),
    boolean: (value) => primitive(Type.BOOLEAN, Buffer.from([value ? 0xff : 0x00])),
    null: () => primitive(Type.NULL, Buffer.alloc(0)),
    octetString: (value) => primitive(Type.OCTETSTRING, value),
    bitString: (value, unusedBits = 0) => primitive(Type.BITSTRING, Buffer.from([unusedBits, ...value])),
    utf8String: (value) => primitive(Type.UTF8, Buffer.from(value, 'utf8')),
    time: (value) =>
      value.getUTCFullYear() < 2050
        ? primitive(Type.UTCTIME, Buffer.from(asn1.dateToUtcTime(value)))
        : primitive(Type.GENERALIZEDTIME, Buffer.from(asn1.dateToGeneralizedTime(value))),
    explicit: (tag, value) => constructed(tag, [value], contextSpecific),
    implicit: (tag, value) => primitive(tag, value, contextSpecific),
    encoded: (element) => {
      // forge adds the header by itself; the identifier octet goes in as the type, so that every bit of it stays
      const { tag, contents } = readElement(element);
      return primitive(tag, contents);
    },
    encode: (value) => fromForge(asn1.toDer(value)),
  };
}

function fromForge(bytes: Forge.util.ByteBuffer): Buffer {
  return Buffer.from(bytes.getBytes(), 'latin1');
}
