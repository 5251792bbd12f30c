import { createPrivateKey, createPublicKey, hash, type KeyObject } from 'node:crypto';

/** Ways of signing that are used here: each key has one, and a token must have that of its key. */
export type TokenAlgorithm = 'ES256' | 'ES384' | 'ES512' | 'RS256';

/** A key by which tokens are recognised. */
export interface VerificationKey {
  /** `kid`: made from the key, so that nobody has to agree on it (Go: `keyIDFromPublicKey`). */
  readonly id: string;
  readonly algorithm: TokenAlgorithm;
  readonly publicKey: KeyObject;
}

/** The key that tokens are signed with. */
export interface SigningKey extends VerificationKey {
  readonly privateKey: KeyObject;
}

/** All keys for tokens of service accounts. Another object when any of them changes. */
export interface TokenKeys {
  readonly signer: SigningKey;
  /** Those that tokens are recognised by, the signer's first; further ones are from before a rotation. */
  readonly accepted: readonly VerificationKey[];
}

/**
 * Reads the key to sign with and further accepted ones, public or private, any number in each PEM text. Throws an `Error` for a text
 * without a key, and for keys of kinds that tokens are not signed with; the text is never repeated.
 */
export function parseTokenKeys(signerPEM: string, acceptedPEMs: readonly string[]): TokenKeys {
  const signer = parseSigningKey(signerPEM);
  const accepted = [signer, ...acceptedPEMs.flatMap((pem) => parseVerificationKeys(pem))];
  const byID = new Map(accepted.toReversed().map(({ id, algorithm, publicKey }) => [id, { id, algorithm, publicKey }]));
  return { signer, accepted: [...byID.values()].toReversed() };
}

/** The one private key in a PEM text. */
export function parseSigningKey(pem: string): SigningKey {
  const [block] = splitPEM(pem);
  if (block === undefined || !isPrivate(block)) throw new Error('holds no private key in PEM form');
  const privateKey = createPrivateKey(block);
  return { ...toVerificationKey(createPublicKey(privateKey)), privateKey };
}

/** All keys in a PEM text; of a private one its public half. */
export function parseVerificationKeys(pem: string): VerificationKey[] {
  const keys = splitPEM(pem).map((block) => toVerificationKey(createPublicKey(block)));
  if (keys.length === 0) throw new Error('holds no key in PEM form');
  return keys;
}

/** PEM of a public key. */
export function toPublicPEM({ publicKey }: VerificationKey): string {
  return publicKey.export({ type: 'spki', format: 'pem' }).toString();
}

function splitPEM(pem: string): string[] {
  const blocks = pem.match(/-----BEGIN ([A-Z ]+)-----[^-]+-----END \1-----/g) ?? [];
  // Tools write the parameters of a curve in front of its key.
  return blocks.filter((block) => /^-----BEGIN (?:[A-Z]+ )?(?:PRIVATE|PUBLIC) KEY-----/.test(block));
}

function isPrivate(block: string): boolean {
  return /^-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(block);
}

function toVerificationKey(publicKey: KeyObject): VerificationKey {
  const id = hash('sha256', publicKey.export({ type: 'spki', format: 'der' }), 'base64url');
  return { id, algorithm: algorithmOf(publicKey), publicKey };
}

const algorithmsByCurve: Readonly<Record<string, TokenAlgorithm>> = {
  prime256v1: 'ES256',
  secp384r1: 'ES384',
  secp521r1: 'ES512',
};

function algorithmOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): TokenAlgorithm {
  if (asymmetricKeyType === 'rsa') {
    const { modulusLength = 0 } = asymmetricKeyDetails ?? {};
    if (modulusLength >= 2048) return 'RS256';
    throw new Error(`holds an RSA key of ${modulusLength} bits; tokens need 2048 at least`);
  }
  const algorithm = algorithmsByCurve[asymmetricKeyDetails?.namedCurve ?? ''];
  if (algorithm !== undefined) return algorithm;
  throw new Error(
    `holds a key of type ${asymmetricKeyType ?? 'unknown'}; tokens need RSA, or ECDSA on P-256, P-384 or P-521`,
  );
}
