import { createPrivateKey, type KeyObject, type X509Certificate } from 'node:crypto';
import { CertificateError } from './certificate-error.ts';
import { parseCertificates } from './pem.ts';

/** A certificate with the private key that belongs to it; the two are known to match. */
export interface CertificatePair {
  /** The certificate, followed by intermediate ones if there are any. */
  readonly certPEM: string;
  /** The private key. */
  readonly keyPEM: string;
  /** The first certificate of `certPEM`. */
  readonly certificate: X509Certificate;
}

/**
 * Reads a pair from its two PEM texts. Throws `CertificateError`: `Corrupt` for what is no certificate or no private key,
 * `Mismatch` when the key is that of another certificate.
 */
export function parseCertificatePair(certPEM: string, keyPEM: string): CertificatePair {
  const [certificate] = parseCertificates(certPEM);
  const privateKey = parsePrivateKey(keyPEM);
  if (certificate === undefined || !certificate.checkPrivateKey(privateKey)) {
    throw new CertificateError('Mismatch', 'the private key does not belong to the certificate');
  }
  return { certPEM, keyPEM, certificate };
}

/** Reads a private key from PEM. Throws `CertificateError` `Corrupt`, also for a key under a passphrase. */
export function parsePrivateKey(keyPEM: string): KeyObject {
  try {
    return createPrivateKey(keyPEM);
  } catch (cause) {
    throw new CertificateError('Corrupt', 'the PEM text contains no private key that can be used', { cause });
  }
}
