import { join } from 'node:path';
import type { CertificateAuthority } from './certificate-authority.ts';
import { ensureLeaf, type IssuedPair, type LeafOptions } from './ensure-leaf.ts';
import { ensureGatewayAuthority, type DataDirOptions } from './gateway-authorities.ts';
import { clientContent } from './leaf-content.ts';
import { serviceFolder } from './service-folder.ts';

/** A service that calls the gateway with a client certificate. */
export interface ServiceClientOptions extends DataDirOptions {
  readonly service: string;
  /** Groups of the user, by default `system:tributary:services` alone. */
  readonly groups?: readonly string[] | undefined;
  /** `always` issues even if the certificate on disk is good; by default only `when-needed`. */
  readonly issue?: LeafOptions['issue'];
}

/** A service's client certificate. */
export interface ServiceClient extends IssuedPair {
  readonly user: string;
  /** Whom the service trusts for the gateway, and who has signed its certificate. */
  readonly authority: CertificateAuthority;
}

/** Group of the users that services call the gateway as, for one binding that suits them all. */
export const serviceGroup = 'system:tributary:services';

/** The user that a service calls the gateway as. `system:` keeps it apart from the users of other authenticators. */
export function serviceUser(service: string): string {
  return `system:tributary:service:${service}`;
}

/**
 * Writes `client.crt` and `client.key` to `<dataDir>/services/<service>/`. Throws `CertificateError`: `InvalidName`, or the fault
 * of the authority.
 */
export async function issueServiceClient(options: ServiceClientOptions): Promise<ServiceClient> {
  const { dataDir, service, groups = [serviceGroup] } = options;
  const folder = serviceFolder(dataDir, service);
  const user = serviceUser(service);
  const files = { cert: join(folder, 'client.crt'), key: join(folder, 'client.key') };
  const authority = await ensureGatewayAuthority(options);
  const issued = await ensureLeaf({ ...options, files, content: clientContent(user, groups), authority });
  return { ...issued, user, authority };
}
