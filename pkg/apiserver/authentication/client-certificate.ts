import type { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import type { RequestContext } from '../request-context.ts';
import { AuthenticationError } from './authenticator.ts';

/** A set of CAs, whose content may change while the server runs. */
export interface CertificateBundle {
  /** Self-signed or intermediate CA certificates; each is a root of trust. */
  readonly certificates: () => readonly X509Certificate[];
}

/**
 * The client's certificate, verified against a bundle and still valid; `undefined` when the connection has none. Throws an
 * `AuthenticationError` when it has one that another CA signed or that is not valid now.
 *
 * The handshake has proved that the client holds the key. Which CA vouches is decided here, because one listener serves several
 * bundles (client CA, front-proxy CA) that must not be taken for each other.
 */
export function verifyClientCertificate(
  context: RequestContext,
  bundle: CertificateBundle,
): X509Certificate | undefined {
  const socket = socketOf(context);
  const certificate = socket?.getPeerX509Certificate?.();
  if (socket === undefined || certificate === undefined) return undefined;
  if (!isIssuedBy(certificate, bundle.certificates())) {
    throw new AuthenticationError(`client certificate ${nameOf(certificate)} is signed by an unknown authority`);
  }
  const now = context.receivedAt;
  if (now < certificate.validFromDate.getTime() || now > certificate.validToDate.getTime()) {
    const from = certificate.validFromDate.toISOString();
    const to = certificate.validToDate.toISOString();
    throw new AuthenticationError(`client certificate ${nameOf(certificate)} is valid from ${from} to ${to} only`);
  }
  if (!allowsClientAuth(certificate)) {
    throw new AuthenticationError(`client certificate ${nameOf(certificate)} is not meant for client authentication`);
  }
  return certificate;
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

/** Follows the issuers that OpenSSL found until one is in the bundle, checking each signature. */
function isIssuedBy(leaf: X509Certificate, bundle: readonly X509Certificate[]): boolean {
  let certificate: X509Certificate | undefined = leaf;
  for (let depth = 0; certificate !== undefined && depth < maxChain; depth++) {
    const current: X509Certificate = certificate;
    if (bundle.some((ca) => ca.ca && current.checkIssued(ca) && current.verify(ca.publicKey))) return true;
    const next: X509Certificate | undefined = current.issuerCertificate;
    if (next === undefined || !next.ca || !current.verify(next.publicKey)) return false;
    certificate = next.fingerprint256 === current.fingerprint256 ? undefined : next;
  }
  return false;
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
