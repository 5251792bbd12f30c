import type { Kubeconfig, User } from './types.ts';

/** The parts of a kubeconfig for one user of one server. */
export interface KubeconfigOptions {
  /** Name of the cluster and of the context. */
  readonly clusterName: string;
  /** URL of the server. */
  readonly server: string;
  /** PEM certificates to verify the server with. Without it the machine's own are used. */
  readonly caPEM?: string | undefined;
  /** Name to verify the server's certificate against, by default the host of `server`. */
  readonly tlsServerName?: string | undefined;
  readonly userName: string;
  readonly credentials: KubeconfigCredentials;
  readonly namespace?: string | undefined;
}

/** A client certificate or a token; a kubeconfig user has exactly one of them. */
export type KubeconfigCredentials = { readonly certPEM: string; readonly keyPEM: string } | { readonly token: string };

/** Makes a kubeconfig that needs no other file: certificates and keys are embedded. */
export function newKubeconfig(options: KubeconfigOptions): Kubeconfig {
  const { clusterName, server, caPEM, tlsServerName, userName, credentials, namespace } = options;
  const cluster = {
    server,
    ...(tlsServerName !== undefined && { 'tls-server-name': tlsServerName }),
    ...(caPEM !== undefined && { 'certificate-authority-data': toBase64(caPEM) }),
  };
  const context = { cluster: clusterName, user: userName, ...(namespace !== undefined && { namespace }) };
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: clusterName, cluster }],
    users: [{ name: userName, user: toUser(credentials) }],
    contexts: [{ name: clusterName, context }],
    'current-context': clusterName,
  };
}

function toUser(credentials: KubeconfigCredentials): User {
  if ('token' in credentials) return { token: credentials.token };
  return {
    'client-certificate-data': toBase64(credentials.certPEM),
    'client-key-data': toBase64(credentials.keyPEM),
  };
}

function toBase64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}
