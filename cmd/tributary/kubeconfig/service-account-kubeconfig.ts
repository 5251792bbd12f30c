import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TokenRequest } from '../../../apis/authentication.k8s.io/v1/token-request-schema.ts';
import type { Status } from '../../../apis/meta/v1/types.ts';
import { newRESTClient } from '../../../pkg/client/rest/rest-client.ts';
import { gatewayClusterName } from '../../../pkg/kubeconfig/emit-kubeconfig.ts';
import { newKubeconfig } from '../../../pkg/kubeconfig/new-kubeconfig.ts';
import { toKubeconfigYAML } from '../../../pkg/kubeconfig/to-kubeconfig-yaml.ts';
import { CommandError, UsageError } from '../usage-error.ts';

/** Which service account, and of which gateway. */
export interface ServiceAccountKubeconfigOptions {
  /** Absolute. */
  readonly dataDir: string;
  /** URL of the gateway. */
  readonly server: string;
  /** `namespace/name`. */
  readonly account: string;
  /** How long the token is valid; as upstream, an hour when it is not said. */
  readonly seconds: number | undefined;
}

/**
 * A kubeconfig with a new token of a service account, for which the running gateway is asked as its administrator. Throws a `UsageError` for a
 * name that is none, and a `CommandError` when there is no such account, or no gateway.
 */
export async function newServiceAccountKubeconfig(options: ServiceAccountKubeconfigOptions): Promise<string> {
  const { dataDir, server, account, seconds } = options;
  const [namespace = '', name = '', ...more] = account.split('/');
  if (namespace === '' || name === '' || more.length > 0) {
    throw new UsageError(`--service-account must be <namespace>/<name>, not ${JSON.stringify(account)}`);
  }
  const [ca = '', cert = '', key = ''] = await Promise.all(
    ['ca.crt', 'admin.crt', 'admin.key'].map((file) => readFile(join(dataDir, 'pki', file), 'utf8')),
  );
  const client = newRESTClient({ server, ca, cert, key });
  try {
    const spec = seconds === undefined ? {} : { expirationSeconds: seconds };
    const path = ['api', 'v1', 'namespaces', namespace, 'serviceaccounts', name, 'token'];
    const answer = await client.raw(`/${path.map((part) => encodeURIComponent(part)).join('/')}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ spec }),
    });
    const body = JSON.parse(answer.body.toString('utf8')) as TokenRequest | Status;
    if (!('spec' in body))
      throw new CommandError(`no token for ${account}: ${body.message ?? `status ${answer.status}`}`);
    const userName = `system:serviceaccount:${namespace}:${name}`;
    const credentials = { token: body.status?.token ?? '' };
    const clusterName = gatewayClusterName;
    return toKubeconfigYAML(newKubeconfig({ clusterName, server, caPEM: ca, userName, credentials, namespace }));
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw new CommandError(`the gateway at ${server} gives no token: ${(error as Error).message}`, error);
  } finally {
    await client.close();
  }
}
