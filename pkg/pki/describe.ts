import type { X509Certificate } from 'node:crypto';
import { namesOf, type SubjectNames } from './subject-names.ts';
import { subjectOf, type Subject } from './subject.ts';

/** What people and conditions want to know of a certificate. */
export interface CertificateDescription {
  readonly subject: Subject;
  readonly names: SubjectNames;
  /** The issuer's distinguished name, one attribute after another. */
  readonly issuer: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** Upper-case hexadecimal. */
  readonly serialNumber: string;
  /** SHA-256 of the DER form, lower-case hexadecimal (`X509SHA256=` of the credential id in Kubernetes). */
  readonly fingerprint: string;
  readonly isAuthority: boolean;
}

/** Describes a certificate. */
export function describeCertificate(certificate: X509Certificate): CertificateDescription {
  return {
    subject: subjectOf(certificate),
    names: namesOf(certificate),
    // against its type, undefined when the name is empty
    issuer: ((certificate.issuer as string | undefined) ?? '').replaceAll('\n', ', '),
    notBefore: certificate.validFromDate,
    notAfter: certificate.validToDate,
    serialNumber: certificate.serialNumber,
    fingerprint: fingerprintOf(certificate),
    isAuthority: certificate.ca,
  };
}

/** SHA-256 of the DER form, lower-case hexadecimal without separators. */
export function fingerprintOf(certificate: X509Certificate): string {
  return certificate.fingerprint256.replaceAll(':', '').toLowerCase();
}
