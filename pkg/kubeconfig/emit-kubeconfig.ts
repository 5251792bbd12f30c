import { join } from 'node:path';
import { CertificateError } from '../pki/certificate-error.ts';
import type { CertificatePair } from '../pki/certificate-pair.ts';
import { issueServiceClient, type ServiceClient, type ServiceClientOptions } from '../pki/service-client.ts';
import { newKubeconfig } from './new-kubeconfig.ts';
import { writeKubeconfig } from './write-kubeconfig.ts';

/** Cluster and context in the kubeconfig files of a gateway. */
export const gatewayClusterName = 'tributary';

/** The kubeconfig for people. */
export interface AdminKubeconfigOptions {
  readonly dataDir: string;
  /** URL of the gateway as this machine's users reach it. */
  readonly server: string;
  /** Root of the gateway's authority. */
  readonly caPEM: string;
  /** Client certificate of the administrator. */
  readonly pair: CertificatePair;
}

/** The kubeconfig for a service's own calls to the gateway. */
export interface ServiceKubeconfigOptions extends ServiceClientOptions {
  /** URL of the gateway as the service reaches it. */
  readonly server: string;
  /** Namespace of the context. */
  readonly namespace?: string | undefined;
}

/** A kubeconfig on disk. */
export interface EmittedKubeconfig {
  readonly path: string;
  /** False when the file had this content already. */
  readonly written: boolean;
}

/** Brings `<dataDir>/kubeconfig/admin.kubeconfig` up to date: user `admin` of cluster and context `tributary`. */
export async function emitAdminKubeconfig(options: AdminKubeconfigOptions): Promise<EmittedKubeconfig> {
  const { dataDir, server, caPEM, pair } = options;
  const path = join(dataDir, 'kubeconfig', 'admin.kubeconfig');
  const config = newKubeconfig({
    clusterName: gatewayClusterName,
    server,
    caPEM,
    userName: 'admin',
    credentials: pair,
  });
  return { path, written: await writeKubeconfig(path, config) };
}

/**
 * Brings `<dataDir>/kubeconfig/<service>.kubeconfig` up to date, with a client certificate of the user
 * `system:tributary:service:<service>`. Throws `CertificateError`: `InvalidName`, or the fault of the gateway's authority.
 */
export async function emitServiceKubeconfig(
  options: ServiceKubeconfigOptions,
): Promise<EmittedKubeconfig & { readonly client: ServiceClient }> {
  const { dataDir, service, server, namespace } = options;
  if (service === 'admin') {
    throw new CertificateError(
      'InvalidName',
      'a service cannot be called "admin": admin.kubeconfig is the one for people',
    );
  }
  const client = await issueServiceClient(options);
  const path = join(dataDir, 'kubeconfig', `${service}.kubeconfig`);
  const config = newKubeconfig({
    clusterName: gatewayClusterName,
    server,
    caPEM: client.authority.certPEM,
    userName: client.user,
    credentials: client.pair,
    namespace,
  });
  return { path, written: await writeKubeconfig(path, config), client };
}
