import { join } from 'node:path';
import { writeFileIfChanged } from './durable-files.ts';
import { ensureLeaf, type IssuedPair, type LeafOptions } from './ensure-leaf.ts';
import { ensureFrontProxyAuthority, ensureGatewayAuthority, type DataDirOptions } from './gateway-authorities.ts';
import { servingContent } from './leaf-content.ts';
import { checkNamespace, serviceFolder } from './service-folder.ts';

/** A service that runs beside the gateway and gets its serving certificate from it. */
export interface ServicePairOptions extends DataDirOptions {
  /** Name of the service, as in the `ExternalName` and the `APIService` that refer to it. */
  readonly service: string;
  readonly namespace: string;
  /** Further host names and IP addresses, such as the host of the `ExternalName`. */
  readonly hosts?: readonly string[] | undefined;
  /** `always` issues even if the certificate on disk is good; by default only `when-needed`. */
  readonly issue?: LeafOptions['issue'];
}

/** A service's serving certificate and the roots it trusts, as files. */
export interface ServicePair extends IssuedPair {
  /** Root of the gateway's authority (`--client-ca-file` of the service). */
  readonly authorityFile: string;
  /** Root of those who may name users (`--requestheader-client-ca-file` of the service). */
  readonly frontProxyAuthorityFile: string;
}

/**
 * Writes `<dataDir>/services/<service>/`: `tls.crt` and `tls.key` for `<service>.<namespace>.svc`, `localhost`, the loopback
 * addresses and the hosts given; `ca.crt` and `front-proxy-ca.crt`. The authorities are made when there are none, so services and
 * gateway can be set up in any order. Throws `CertificateError`: `InvalidName`, or the fault of an authority.
 */
export async function issueServicePair(options: ServicePairOptions): Promise<ServicePair> {
  const { dataDir, service, namespace, hosts = [] } = options;
  const folder = serviceFolder(dataDir, service);
  checkNamespace(namespace);
  const content = servingContent([`${service}.${namespace}.svc`, 'localhost', '127.0.0.1', '::1', ...hosts]);
  const all = [ensureGatewayAuthority(options), ensureFrontProxyAuthority(options)] as const;
  await Promise.allSettled(all);
  const [authority, frontProxyAuthority] = await Promise.all(all);

  const files = { cert: join(folder, 'tls.crt'), key: join(folder, 'tls.key') };
  const issued = await ensureLeaf({ ...options, files, content, authority });
  const authorityFile = join(folder, 'ca.crt');
  const frontProxyAuthorityFile = join(folder, 'front-proxy-ca.crt');
  await writeFileIfChanged(authorityFile, authority.certPEM);
  await writeFileIfChanged(frontProxyAuthorityFile, frontProxyAuthority.certPEM);
  return { ...issued, authorityFile, frontProxyAuthorityFile };
}
