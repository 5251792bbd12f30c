import { createHash, generateKeyPair as generate, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { CertificateError } from './certificate-error.ts';
import { publicKeyBitsOf } from './der.ts';

/** The kinds of keys that certificates are issued for. RSA-2048 takes about 50 ms of another core, P-256 a tenth of one. */
export type KeyAlgorithm = 'rsa-2048' | 'ecdsa-p256';

/** A private key and its public key. */
export interface KeyPair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

/** Makes a key pair on another thread, so that several are made side by side. */
export function generateKeyPair(algorithm: KeyAlgorithm): Promise<KeyPair> {
  const generateAsync = promisify(generate);
  return algorithm === 'rsa-2048'
    ? generateAsync('rsa', { modulusLength: 2048 })
    : generateAsync('ec', { namedCurve: 'P-256' });
}

/** PKCS #8 PEM of a private key. */
export function toKeyPEM(privateKey: KeyObject): string {
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** Identifier of a key for the key identifier extensions: the first 160 bits of its SHA-256 (RFC 7093, method 1). */
export function keyIdentifierOf(publicKey: KeyObject): Buffer {
  const bits = publicKeyBitsOf(publicKey.export({ type: 'spki', format: 'der' }));
  return createHash('sha256').update(bits).digest().subarray(0, 20);
}

/** Refuses the keys that certificates are not signed with here; RSA and ECDSA are. */
export function checkSigningKey(key: KeyObject): void {
  const kind = key.asymmetricKeyType ?? key.type;
  if (kind === 'rsa' || kind === 'ec') return;
  throw new CertificateError('UnsupportedKey', `a certificate authority needs an RSA or an ECDSA key, not ${kind}`);
}
