import { X509Certificate } from 'node:crypto';
import { loadASN1Writer } from './asn1-writer.ts';
import { CertificateError } from './certificate-error.ts';
import type { CertificateUsage } from './certificate-extensions.ts';
import { parsePrivateKey, type CertificatePair } from './certificate-pair.ts';
import type { Clock } from './clock.ts';
import { subjectDEROf, subjectKeyIdentifierOf } from './der.ts';
import { encodeCertificate, type CertificateContent } from './encode-certificate.ts';
import {
  checkSigningKey,
  generateKeyPair,
  keyIdentifierOf,
  toKeyPEM,
  type KeyAlgorithm,
  type KeyPair,
} from './keys.ts';
import type { SubjectNames } from './subject-names.ts';
import type { Subject } from './subject.ts';
import { newValidity, validityOf, type Validity } from './validity.ts';

/** Issues certificates under one root. */
export interface CertificateAuthority {
  /** The root certificate, which others trust. */
  readonly certificate: X509Certificate;
  /** The same in PEM. */
  readonly certPEM: string;
  /** Issues a certificate with a key of its own. Throws `CertificateError` `Expired` once the root has. */
  issue(request: CertificateRequest): Promise<CertificatePair>;
}

/** What a certificate is to say and to be good for. */
export interface CertificateRequest {
  readonly subject: Subject;
  readonly names: SubjectNames;
  readonly usages: readonly CertificateUsage[];
  /** Milliseconds from now; cut where the root's life ends. */
  readonly lifetime: number;
  /** Default `rsa-2048`. Ignored when `keys` are given. */
  readonly keyAlgorithm?: KeyAlgorithm | undefined;
  /** Keys that were made before, by default new ones. */
  readonly keys?: KeyPair | undefined;
}

/** What a new root is to be. */
export interface AuthorityRequest {
  readonly commonName: string;
  /** Milliseconds from now. */
  readonly lifetime: number;
  readonly clock: Clock;
  readonly keyAlgorithm?: KeyAlgorithm | undefined;
}

/** Makes a root: a self-signed certificate with its key. */
export async function newAuthorityPair(request: AuthorityRequest): Promise<CertificatePair> {
  // loading the encoder hides behind the making of the key
  const [writer, keys] = await Promise.all([loadASN1Writer(), generateKeyPair(request.keyAlgorithm ?? 'rsa-2048')]);
  const identifier = keyIdentifierOf(keys.publicKey);
  const content: CertificateContent = {
    subject: { commonName: request.commonName, organizations: [] },
    issuer: undefined,
    ...toDates(newValidity(request.clock.now(), request.lifetime)),
    publicKey: keys.publicKey,
    extensions: {
      authority: true,
      keyEncipherment: false,
      usages: [],
      names: { dnsNames: [], ipAddresses: [] },
      subjectKeyIdentifier: identifier,
      authorityKeyIdentifier: identifier,
    },
  };
  return toPair(encodeCertificate(writer, content, keys.privateKey), keys);
}

/** Makes an authority of a root certificate and its RSA or ECDSA key. Throws `CertificateError`. */
export function newCertificateAuthority(root: CertificatePair, clock: Clock): CertificateAuthority {
  const { certificate, certPEM } = root;
  if (!certificate.ca) throw new CertificateError('NotAuthority', 'the certificate is not that of an authority');
  const signer = parsePrivateKey(root.keyPEM);
  checkSigningKey(signer);
  const issuer = subjectDEROf(certificate.raw);
  const authorityKeyIdentifier = subjectKeyIdentifierOf(certificate.raw);

  const issue = async (request: CertificateRequest): Promise<CertificatePair> => {
    const [writer, keys] = await Promise.all([
      loadASN1Writer(),
      request.keys ?? generateKeyPair(request.keyAlgorithm ?? 'rsa-2048'),
    ]);
    const now = clock.now();
    checkValidity(certificate, now);
    const content: CertificateContent = {
      subject: request.subject,
      issuer,
      ...toDates(newValidity(now, request.lifetime, validityOf(certificate).notAfter)),
      publicKey: keys.publicKey,
      extensions: {
        authority: false,
        keyEncipherment: keys.publicKey.asymmetricKeyType === 'rsa',
        usages: request.usages,
        names: request.names,
        subjectKeyIdentifier: keyIdentifierOf(keys.publicKey),
        authorityKeyIdentifier,
      },
    };
    const pair = toPair(encodeCertificate(writer, content, signer), keys);
    // OpenSSL looks at the key usage of the root here, as every client will
    if (!isIssuedBy(pair.certificate, certificate)) {
      throw new CertificateError('NotAuthority', 'what is signed with the certificate authority does not verify');
    }
    return pair;
  };
  return { certificate, certPEM, issue };
}

/** Tells whether a certificate was issued and signed by an authority; its validity is another question. */
export function isIssuedBy(certificate: X509Certificate, authority: X509Certificate): boolean {
  return certificate.checkIssued(authority) && certificate.verify(authority.publicKey);
}

/** Throws `CertificateError` `Expired` or `NotYetValid` when a certificate cannot be used at a time. */
export function checkValidity(certificate: X509Certificate, now: number): void {
  const { notBefore, notAfter } = validityOf(certificate);
  if (now >= notAfter) {
    throw new CertificateError('Expired', `it has expired on ${certificate.validToDate.toISOString()}`);
  }
  if (now < notBefore) {
    throw new CertificateError('NotYetValid', `it is not valid before ${certificate.validFromDate.toISOString()}`);
  }
}

function toDates(validity: Validity): { notBefore: Date; notAfter: Date } {
  return { notBefore: new Date(validity.notBefore), notAfter: new Date(validity.notAfter) };
}

function toPair(certPEM: string, keys: KeyPair): CertificatePair {
  return { certPEM, keyPEM: toKeyPEM(keys.privateKey), certificate: new X509Certificate(certPEM) };
}
