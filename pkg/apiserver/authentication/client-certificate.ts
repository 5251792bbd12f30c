import type { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import type { RequestContext } from '../request-context.ts';
import { AuthenticationError } from './authentication-error.ts';

/** A set of CAs, whose content may change while the server runs. */
export interface CertificateBundle {
  /** Self-signed or intermediate CA certificates; each is a root of trust. */
  readonly certificates: () => readonly X509Certificate[];
}

/** A client certificate that a bundle vouches for. */
export interface VerifiedCertificate {
  readonly certificate: X509Certificate;
  /** Milliseconds since the epoch: when it, or one of those that vouch for it, expires. */
  readonly validUntil: number;
}

/**
 * The client's certificate, verified against a bundle and still valid; `undefined` when the connection has none. Throws an
 * `AuthenticationError` when it has one that another CA signed or that is not valid now.
 */
export type VerifyClientCertificate = (context: RequestContext) => VerifiedCertificate | undefined;

interface Verdict {
  readonly authorities: readonly X509Certificate[];
  /** Milliseconds since the epoch. */
  readonly until: number;
  readonly verified?: VerifiedCertificate;
  readonly refusal?: AuthenticationError;
}

/** How long a refusal is remembered: a certificate may become valid, but not at every request of a connection. */
const refusalMs = 5_000;

/**
 * Verifies client certificates against a bundle, once a connection: the verdict is kept until the bundle changes or the certificate
 * expires. `certificates` must give the same array as long as nothing changes.
 *
 * The handshake has proved that the client holds the key. Which CA vouches is decided here, because one listener serves several
 * bundles (client CA, front-proxy CA) that must not be taken for each other.
 */
export function newClientCertificateVerifier({ certificates }: CertificateBundle): VerifyClientCertificate {
  const verdicts = new WeakMap<object, Verdict>();
  return (context) => {
    const connection = connectionOf(context);
    if (connection === undefined) return undefined;
    const authorities = certificates();
    let verdict = verdicts.get(connection);
    if (verdict?.authorities !== authorities || context.receivedAt >= verdict.until) {
      verdict = judge(context, authorities);
      verdicts.set(connection, verdict);
    }
    if (verdict.refusal !== undefined) throw verdict.refusal;
    return verdict.verified;
  };
}

function judge(context: RequestContext, authorities: readonly X509Certificate[]): Verdict {
  try {
    const verified = verifyClientCertificate(context, authorities);
    // A connection shows its certificate when it begins, or never.
    if (verified === undefined) return { authorities, until: Infinity };
    return { authorities, until: verified.validUntil, verified };
  } catch (error) {
    if (!(error instanceof AuthenticationError)) throw error;
    return { authorities, until: context.receivedAt + refusalMs, refusal: error };
  }
}

function verifyClientCertificate(
  context: RequestContext,
  authorities: readonly X509Certificate[],
): VerifiedCertificate | undefined {
  const shown = shownCertificateOf(context);
  if (shown === undefined) return undefined;
  const { certificate, fault } = shown;
  const refuse = (why: string): never => {
    throw new AuthenticationError(`client certificate ${nameOf(certificate)} ${why}`);
  };
  const chain = findChain(certificate, authorities) ?? refuse(toStrangerText(shown));
  for (const each of chain) {
    if (isValidAt(each, context.receivedAt)) continue;
    const period = `valid from ${each.validFromDate.toISOString()} to ${each.validToDate.toISOString()} only`;
    refuse(each === certificate ? `is ${period}` : `is signed by ${nameOf(each)}, which is ${period}`);
  }
  if (!allowsClientAuth(certificate)) refuse('is not meant for client authentication');
  if (fault !== '' && !judgedHere.has(fault)) refuse(`is refused by OpenSSL: ${fault}`);
  return { certificate, validUntil: Math.min(...chain.map(({ validToDate }) => validToDate.getTime())) };
}

/** What OpenSSL says of trust and time: both may change while the connection stands. What it says of the chain itself holds. */
const judgedHere: ReadonlySet<string> = new Set([
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'CERT_UNTRUSTED',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
]);

function isValidAt({ validFromDate, validToDate }: X509Certificate, now: number): boolean {
  return now >= validFromDate.getTime() && now <= validToDate.getTime();
}

/** What a client showed in its handshake. */
interface ShownCertificate {
  /** Knows those that signed it, as far as the client sent them. */
  readonly certificate: X509Certificate;
  /** OpenSSL's code of what is wrong with it; empty for nothing. */
  readonly fault: string;
}

const shownCertificates = new WeakMap<object, ShownCertificate>();

/** Node hands out the issuers once a connection, and no more afterwards. */
function shownCertificateOf(context: RequestContext): ShownCertificate | undefined {
  const connection = connectionOf(context);
  const known = connection === undefined ? undefined : shownCertificates.get(connection);
  if (connection === undefined || known !== undefined) return known;
  const socket = socketOf(context);
  const certificate = socket?.getPeerX509Certificate?.();
  if (socket === undefined || certificate === undefined) return undefined;
  // By its type an error, in fact a code.
  const fault = socket.authorizationError as unknown as string | null | undefined;
  const shown = { certificate, fault: fault ?? '' };
  shownCertificates.set(connection, shown);
  return shown;
}

/** Some versions of Node lose the issuers of exactly those certificates with which nothing is wrong (nodejs/node#65579). */
function toStrangerText({ certificate, fault }: ShownCertificate): string {
  const why = 'is signed by an unknown authority';
  if (fault !== '' || certificate.issuerCertificate !== undefined) return why;
  const issuer = JSON.stringify(certificate.issuer.replaceAll('\n', ', '));
  return `${why}; if ${issuer} is below a known one, add it to the bundle, for this version of Node does not show it`;
}

/** The TLS connection of a request; on HTTP/2 the one below the session, behind a proxy object of Node's. */
export function socketOf({ request }: RequestContext): TLSSocket | undefined {
  const socket = ('stream' in request ? request.stream?.session?.socket : request.socket) as TLSSocket | undefined;
  return typeof socket?.getPeerX509Certificate === 'function' ? socket : undefined;
}

/** What stands for the connection of a request: the same object for all its requests. */
export function connectionOf({ request }: RequestContext): object | undefined {
  return 'stream' in request ? request.stream?.session : request.socket;
}

/** Longest chain from a client certificate to a CA of the bundle. */
const maxChain = 8;

/** Follows the issuers that OpenSSL found, checking each signature: from the leaf to a CA of the bundle, if there is one. */
function findChain(leaf: X509Certificate, bundle: readonly X509Certificate[]): X509Certificate[] | undefined {
  const chain = [leaf];
  for (let current = leaf; chain.length <= maxChain;) {
    const authorities = bundle.filter((ca) => ca.ca && current.checkIssued(ca) && current.verify(ca.publicKey));
    // Of several with one key, as after a renewal, the one that lives longest.
    const [authority] = authorities.toSorted((a, b) => b.validToDate.getTime() - a.validToDate.getTime());
    if (authority !== undefined) return [...chain, authority];
    const next: X509Certificate | undefined = current.issuerCertificate;
    if (next === undefined || !next.ca || !current.verify(next.publicKey)) return undefined;
    if (next.fingerprint256 === current.fingerprint256) return undefined;
    chain.push(next);
    current = next;
  }
  return undefined;
}

/** OID of the extended key usage for clients; a certificate that lists no usage at all is for any. */
const clientAuth = '1.3.6.1.5.5.7.3.2';
const anyUsage = '2.5.29.37.0';

function allowsClientAuth({ keyUsage }: X509Certificate): boolean {
  const usages = keyUsage as readonly string[] | undefined;
  return usages === undefined || usages.includes(clientAuth) || usages.includes(anyUsage);
}

function nameOf(certificate: X509Certificate): string {
  return JSON.stringify(certificate.subject.replaceAll('\n', ', '));
}
