import { isJSONObject } from '../../../apimachinery/runtime/json.ts';
import { AuthenticationError } from '../authentication-error.ts';

/** An object, as a token names it. */
export interface ClaimedObject {
  readonly name: string;
  readonly uid: string;
}

/** What a token of a service account says, in the words of RFC 7519; times in seconds. */
export interface ServiceAccountClaims {
  readonly aud: readonly string[];
  readonly exp: number;
  readonly iat?: number;
  readonly iss: string;
  readonly jti: string;
  readonly nbf?: number;
  readonly sub: string;
  readonly namespace: string;
  readonly serviceAccount: ClaimedObject;
  readonly secret?: ClaimedObject;
  readonly pod?: ClaimedObject;
  readonly node?: ClaimedObject;
}

/** What clocks may differ by, in seconds: go-jose's `DefaultLeeway`, which upstream goes by. */
export const leewaySeconds = 60;

/** The payload of a token, members in upstream's order. */
export function toPayload(claims: ServiceAccountClaims): string {
  const { aud, exp, iat, iss, jti, nbf, sub, namespace, serviceAccount, secret, pod, node } = claims;
  // A node of which only the name is known.
  const bound = { node: node?.uid === '' ? { name: node.name } : node, pod, secret };
  return JSON.stringify({
    aud,
    exp,
    iat,
    iss,
    jti,
    'kubernetes.io': { namespace, ...bound, serviceaccount: serviceAccount },
    nbf,
    sub,
  });
}

/** Reads the payload of a token whose signature has been verified. Throws an `AuthenticationError` when it is not a service account's. */
export function parsePayload(payload: Uint8Array): ServiceAccountClaims {
  const claims = parseJSON(payload);
  const kubernetes = isJSONObject(claims['kubernetes.io']) ? claims['kubernetes.io'] : {};
  const [secret, pod, node] = [kubernetes['secret'], kubernetes['pod'], kubernetes['node']];
  const { iat, nbf } = claims;
  return {
    aud: toAudiences(claims['aud']),
    exp: toNumber(claims['exp'], 'exp'),
    iss: toText(claims['iss'], 'iss'),
    jti: typeof claims['jti'] === 'string' ? claims['jti'] : '',
    sub: toText(claims['sub'], 'sub'),
    namespace: toText(kubernetes['namespace'], 'kubernetes.io.namespace'),
    serviceAccount: toObject(kubernetes['serviceaccount'], 'serviceaccount'),
    ...(iat === undefined ? {} : { iat: toNumber(iat, 'iat') }),
    ...(nbf === undefined ? {} : { nbf: toNumber(nbf, 'nbf') }),
    ...(secret === undefined ? {} : { secret: toObject(secret, 'secret') }),
    ...(pod === undefined ? {} : { pod: toObject(pod, 'pod') }),
    ...(node === undefined ? {} : { node: toObject(node, 'node') }),
  };
}

/** Throws an `AuthenticationError` for a token that is not valid at a time, in milliseconds since the epoch. */
export function checkTimes({ exp, nbf = 0, iat = 0 }: ServiceAccountClaims, now: number): void {
  const seconds = now / 1000;
  const at = (time: number): string => new Date(time * 1000).toISOString();
  const clock = `this server's clock says ${new Date(now).toISOString()}`;
  if (seconds + leewaySeconds < nbf) {
    throw new AuthenticationError('service account token is not valid yet', `valid from ${at(nbf)}, ${clock}`);
  }
  if (seconds - leewaySeconds > exp) {
    throw new AuthenticationError('service account token has expired', `valid until ${at(exp)}, ${clock}`);
  }
  if (seconds + leewaySeconds < iat) {
    throw new AuthenticationError('service account token is issued in the future', `issued at ${at(iat)}, ${clock}`);
  }
}

function parseJSON(payload: Uint8Array): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(Buffer.from(payload).toString('utf8'));
    if (isJSONObject(value)) return value;
  } catch {
    // What is said below is all there is to say.
  }
  throw new AuthenticationError('service account token holds no claims');
}

function toAudiences(value: unknown): readonly string[] {
  const list: readonly unknown[] = value === undefined ? [] : Array.isArray(value) ? value : [value];
  return list.map((each) => toText(each, 'aud'));
}

function toObject(value: unknown, name: string): ClaimedObject {
  const object = isJSONObject(value) ? value : {};
  const uid = object['uid'];
  return { name: toText(object['name'], `kubernetes.io.${name}.name`), uid: typeof uid === 'string' ? uid : '' };
}

function toText(value: unknown, claim: string): string {
  if (typeof value === 'string' && value !== '') return value;
  throw new AuthenticationError(`service account token has no good claim ${claim}`);
}

function toNumber(value: unknown, claim: string): number {
  // Beyond it, there is no date.
  if (typeof value === 'number' && Math.abs(value) <= 8.64e12) return value;
  throw new AuthenticationError(`service account token has no good claim ${claim}`);
}
