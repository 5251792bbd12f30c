import { X509Certificate } from 'node:crypto';
import type { PeerCertificate } from 'node:tls';

/** Who a client certificate speaks for: user and groups of X.509 authentication. */
export interface Subject {
  /** The common name; of several the last, the most specific one, as Go and so Kubernetes take it. Empty if there is none. */
  readonly commonName: string;
  /** All organizations, in the order of the certificate. */
  readonly organizations: readonly string[];
}

/**
 * Common name and organizations of a certificate.
 *
 * They come from Node's object form (`toLegacyObject().subject`, the same as `getPeerCertificate().subject`) and not from the
 * text form `X509Certificate.subject`, where separators are mixed with escaped content. The object form is exact: it has no
 * prototype, its keys are the short names of OpenSSL's fixed table or dotted OIDs, and each value is the attribute converted to
 * UTF-8, with commas, line feeds and NUL intact, in an array when the attribute occurs more than once or in a multi-valued RDN.
 * A subject that cannot be converted (broken UTF-8, not a string) makes OpenSSL refuse the whole certificate.
 */
export function subjectOf(certificate: X509Certificate | PeerCertificate): Subject {
  return {
    commonName: subjectValuesOf(certificate, 'CN').at(-1) ?? '',
    organizations: subjectValuesOf(certificate, 'O'),
  };
}

/** All values of one subject attribute, by OpenSSL's short name (`OU`) or, for one without a name, by OID (`1.2.3.4`). */
export function subjectValuesOf(certificate: X509Certificate | PeerCertificate, attribute: string): readonly string[] {
  const { subject } = certificate instanceof X509Certificate ? certificate.toLegacyObject() : certificate;
  // `getPeerCertificate()` gives an empty object, against its type, when the client sent no certificate
  const values = (subject as PeerCertificate['subject'] | undefined)?.[attribute];
  if (values === undefined) return [];
  return typeof values === 'string' ? [values] : values;
}
