import { newAuthorityPair, newCertificateAuthority, type CertificateAuthority } from '../pki/certificate-authority.ts';
import type { CertificatePair } from '../pki/certificate-pair.ts';
import { systemClock } from '../component/id/clock.ts';
import type { Clock } from '../pki/clock.ts';
import type { LeafContent } from '../pki/ensure-leaf.ts';
import { generateKeyPair, type KeyAlgorithm } from '../pki/keys.ts';
import { clientContent, servingContent } from '../pki/leaf-content.ts';

const day = 86_400_000;

/** What differs from an ordinary certificate that is valid for a day. */
export interface TestLeafOptions {
  /** Default `valid`: now and for the lifetime. */
  readonly validity?: 'valid' | 'expired' | 'not-yet-valid';
  /** Milliseconds, default one day. */
  readonly lifetime?: number;
}

/** An authority that lives in memory and issues within a few milliseconds. */
export interface TestAuthority {
  readonly authority: CertificateAuthority;
  /** The root with its key. */
  readonly root: CertificatePair;
  /** The root certificate, for the `ca` option of a client or server. */
  readonly caPEM: string;
  /** A serving certificate, by default for `localhost` and the loopback addresses. */
  serving(hosts?: readonly string[], options?: TestLeafOptions): Promise<CertificatePair>;
  /** A client certificate. */
  client(user: string, groups?: readonly string[], options?: TestLeafOptions): Promise<CertificatePair>;
  /** Any other certificate. */
  leaf(content: LeafContent, options?: TestLeafOptions): Promise<CertificatePair>;
}

/** What an authority for tests is called and which keys it uses. */
export interface TestAuthorityOptions {
  readonly commonName?: string;
  /** Default `ecdsa-p256`, whose keys cost nothing. All certificates of one authority share one key. */
  readonly keyAlgorithm?: KeyAlgorithm;
}

/** Makes an authority for tests. Each call makes another one, so two of them do not trust each other's certificates. */
export async function newTestAuthority(options: TestAuthorityOptions = {}): Promise<TestAuthority> {
  const { commonName = 'test-ca', keyAlgorithm = 'ecdsa-p256' } = options;
  const [root, keys] = await Promise.all([
    // begins in the past, to issue expired certificates too
    newAuthorityPair({ commonName, lifetime: 800 * day, clock: shiftedClock(-400 * day), keyAlgorithm }),
    generateKeyPair(keyAlgorithm),
  ]);
  const leaf: TestAuthority['leaf'] = (content, { validity = 'valid', lifetime = day } = {}) => {
    const shift = { valid: 0, expired: -lifetime - day, 'not-yet-valid': day }[validity];
    return newCertificateAuthority(root, shiftedClock(shift)).issue({ ...content, lifetime, keys });
  };
  return {
    authority: newCertificateAuthority(root, systemClock),
    root,
    caPEM: root.certPEM,
    serving: (hosts = ['localhost', '127.0.0.1', '::1'], leafOptions = {}) => leaf(servingContent(hosts), leafOptions),
    client: (user, groups = [], leafOptions = {}) => leaf(clientContent(user, groups), leafOptions),
    leaf,
  };
}

function shiftedClock(milliseconds: number): Clock {
  return { ...systemClock, now: () => Date.now() + milliseconds };
}
