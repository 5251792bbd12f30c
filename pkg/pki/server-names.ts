import { X509Certificate } from 'node:crypto';
import { checkServerIdentity, type PeerCertificate } from 'node:tls';
import { namesOf } from './subject-names.ts';

/** A server's certificate is for other hosts than the one that was called. */
export class ServerNameError extends Error {
  /** As Node's own check sets it, so that both are recognized alike. */
  readonly code = 'ERR_TLS_CERT_ALTNAME_INVALID';
  /** The names that would have been accepted. */
  readonly hosts: readonly string[];
  /** The names that the certificate carries. */
  readonly certificateNames: readonly string[];

  constructor(hosts: readonly string[], certificateNames: readonly string[]) {
    const carried = certificateNames.length === 0 ? 'no host' : certificateNames.join(', ');
    super(`certificate is valid for ${carried}, not for ${hosts.join(' or ')}`);
    this.name = 'ServerNameError';
    this.hosts = hosts;
    this.certificateNames = certificateNames;
  }
}

/**
 * Tells why a server certificate fits none of several host names, or undefined if it fits one: made to be the answer of the
 * `checkServerIdentity` option of `tls.connect`. Names are compared as Node does (RFC 6125: a wildcard stands for the whole
 * first label), but the common name never counts, as in Go.
 */
export function checkServerNames(
  certificate: X509Certificate | PeerCertificate,
  hosts: readonly string[],
): ServerNameError | undefined {
  const { dnsNames, ipAddresses } = namesOf(certificate);
  const names = [...dnsNames, ...ipAddresses];
  // Node falls back on the common name of a certificate that has IP addresses but no DNS name; without a subject it cannot
  const { subjectaltname } = certificate instanceof X509Certificate ? certificate.toLegacyObject() : certificate;
  const peer = { subject: {}, subjectaltname } as PeerCertificate;
  const fits = names.length > 0 && hosts.some((host) => checkServerIdentity(host, peer) === undefined);
  return fits ? undefined : new ServerNameError(hosts, names);
}
