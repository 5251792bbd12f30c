import { join } from 'node:path';
import type { CertificateAuthority } from './certificate-authority.ts';
import { ensureAuthority } from './ensure-authority.ts';
import type { IssueOptions } from './issue-options.ts';
import type { PairFiles } from './pair-files.ts';

/** A data directory and how certificates are issued in it. */
export interface DataDirOptions extends IssueOptions {
  readonly dataDir: string;
}

/** Files of a pair of the gateway: `<dataDir>/pki/<name>.crt` and `.key`. */
export function gatewayPairFiles(dataDir: string, name: string): PairFiles {
  return { cert: join(dataDir, 'pki', `${name}.crt`), key: join(dataDir, 'pki', `${name}.key`) };
}

/** The authority that signs serving certificates and the client certificates of people and services. */
export function ensureGatewayAuthority(options: DataDirOptions): Promise<CertificateAuthority> {
  return ensureAuthority({ ...options, files: gatewayPairFiles(options.dataDir, 'ca'), commonName: 'tributary-ca' });
}

/**
 * The authority that signs nothing but the certificate with which the gateway vouches for users. It is apart from the other one
 * because whoever holds a certificate of this one may name any user.
 */
export function ensureFrontProxyAuthority(options: DataDirOptions): Promise<CertificateAuthority> {
  const files = gatewayPairFiles(options.dataDir, 'front-proxy-ca');
  return ensureAuthority({ ...options, files, commonName: 'tributary-front-proxy-ca' });
}
