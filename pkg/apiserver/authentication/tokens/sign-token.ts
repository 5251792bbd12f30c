import { type ServiceAccountClaims, toPayload } from './claims.ts';
import type { SigningKey } from './token-keys.ts';

/** A signed token (RFC 7515, compact form). */
export async function signToken(claims: ServiceAccountClaims, key: SigningKey): Promise<string> {
  // Most gateways never sign a token, and the package costs 30 ms of a start.
  const { CompactSign } = await import('jose');
  return new CompactSign(new TextEncoder().encode(toPayload(claims)))
    .setProtectedHeader({ alg: key.algorithm, kid: key.id })
    .sign(key.privateKey);
}
