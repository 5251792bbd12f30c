import { hostname as machineName } from 'node:os';
import type { CertificateAuthority } from './certificate-authority.ts';
import { isCertificateError } from './certificate-error.ts';
import { ensureLeaf, type IssuedPair, type LeafContent } from './ensure-leaf.ts';
import {
  ensureFrontProxyAuthority,
  ensureGatewayAuthority,
  gatewayPairFiles,
  type DataDirOptions,
} from './gateway-authorities.ts';
import { tryCanonicalIP } from './ip-address.ts';
import { clientContent, servingContent } from './leaf-content.ts';
import { toSubjectNames } from './subject-names.ts';

/** Where the gateway's certificates lie and which hosts it is reached under. */
export interface GatewayPKIOptions extends DataDirOptions {
  /** Address that the gateway listens on. An unspecified one (`0.0.0.0`, `::`) adds no name. */
  readonly bindAddress?: string | undefined;
  /** Further host names and IP addresses of the serving certificate. */
  readonly extraNames?: readonly string[] | undefined;
  /** Name of this machine, by default the operating system's. */
  readonly hostname?: string | undefined;
}

/** All certificates of the gateway, loaded and valid. */
export interface GatewayPKI {
  /** Signs serving certificates and the client certificates of people and services. */
  readonly authority: CertificateAuthority;
  /** Signs only the certificate with which the gateway vouches for users in front of services. */
  readonly frontProxyAuthority: CertificateAuthority;
  /** The certificate of the gateway's listener. */
  readonly serving: IssuedPair;
  /** Client certificate of the administrator: user `admin`, group `system:masters`. */
  readonly admin: IssuedPair;
  /** Client certificate of the gateway towards services: user `front-proxy-client`. */
  readonly frontProxyClient: IssuedPair;
}

/** Common name of the front proxy's client certificate, the one in `requestheader-allowed-names`. */
export const frontProxyClientName = 'front-proxy-client';

/**
 * Loads the certificates of `<dataDir>/pki` and issues what is missing or no longer good; everything else stays byte for byte.
 * Throws `CertificateError`: `InvalidName`, or the fault of a certificate authority that is there and cannot be used.
 */
export async function ensureGatewayPKI(options: GatewayPKIOptions): Promise<GatewayPKI> {
  const servingCertificate = servingContent(servingHosts(options));
  const ensure = (name: string, content: LeafContent, authority: Promise<CertificateAuthority>): Promise<IssuedPair> =>
    ensureLeaf({ ...options, files: gatewayPairFiles(options.dataDir, name), content, authority });

  const authority = ensureGatewayAuthority(options);
  const frontProxyAuthority = ensureFrontProxyAuthority(options);
  const all = [
    authority,
    frontProxyAuthority,
    ensure('serving', servingCertificate, authority),
    ensure('admin', clientContent('admin', ['system:masters']), authority),
    ensure(frontProxyClientName, clientContent(frontProxyClientName, []), frontProxyAuthority),
  ] as const;
  // when one fails, the others have stopped writing before the caller hears of it
  await Promise.allSettled(all);
  const [ca, frontProxyCA, serving, admin, frontProxyClient] = await Promise.all(all);
  return { authority: ca, frontProxyAuthority: frontProxyCA, serving, admin, frontProxyClient };
}

function servingHosts(options: GatewayPKIOptions): readonly string[] {
  const { bindAddress, extraNames = [], hostname = machineName() } = options;
  const bound = bindAddress === undefined || isUnspecified(bindAddress) ? [] : [bindAddress];
  // a machine can be called anything; a name that no certificate can carry is left out
  const machine = isHost(hostname) ? [hostname] : [];
  return ['localhost', '127.0.0.1', '::1', ...machine, ...bound, ...extraNames];
}

function isUnspecified(address: string): boolean {
  return ['', '0.0.0.0', '::'].includes(tryCanonicalIP(address) ?? address);
}

function isHost(name: string): boolean {
  try {
    toSubjectNames([name]);
    return true;
  } catch (error) {
    if (isCertificateError(error, 'InvalidName')) return false;
    throw error;
  }
}
