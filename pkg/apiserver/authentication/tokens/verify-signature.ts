import { AuthenticationError } from '../authentication-error.ts';
import type { VerificationKey } from './token-keys.ts';

/**
 * The payload of a token that one of the keys has signed. A token may only be signed in the way of its key, whatever its header says:
 * neither not at all (`none`) nor with the public key as a secret (`HS256`). Throws an `AuthenticationError`.
 */
export async function verifySignature(token: string, keys: readonly VerificationKey[]): Promise<Uint8Array> {
  const { compactVerify } = await import('jose');
  const { alg, kid } = readHeader(token);
  const hint = `algorithm ${show(alg)}, key id ${show(kid)}`;
  const candidates = kid === undefined || kid === '' ? keys : keys.filter(({ id }) => id === kid);
  if (candidates.length === 0) throw new AuthenticationError('invalid signature, no keys found', hint);
  for (const { publicKey, algorithm } of candidates) {
    if (alg !== algorithm) continue;
    try {
      return (await compactVerify(token, publicKey, { algorithms: [algorithm] })).payload;
    } catch {
      // Of several keys, another one may fit; why this one does not is told below.
    }
  }
  const isOfKey = candidates.some(({ algorithm }) => algorithm === alg);
  const why = isOfKey ? 'invalid signature' : 'invalid signature, its algorithm is not that of the key';
  throw new AuthenticationError(why, hint);
}

interface Header {
  readonly alg: string | undefined;
  readonly kid: string | undefined;
}

function readHeader(token: string): Header {
  try {
    const [header = ''] = token.split('.');
    const { alg, kid } = JSON.parse(Buffer.from(header, 'base64url').toString('utf8')) as Record<string, unknown>;
    return { alg: toText(alg), kid: toText(kid) };
  } catch {
    throw new AuthenticationError('invalid bearer token', 'its header is none of a JWT');
  }
}

function toText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function show(text: string | undefined): string {
  return text === undefined ? 'none given' : JSON.stringify(text.slice(0, 64));
}
