/** A kubeconfig file, version 1 (Go: `clientcmd/api/v1.Config`). */
export interface Kubeconfig {
  readonly apiVersion: 'v1';
  readonly kind: 'Config';
  readonly clusters: readonly NamedCluster[];
  readonly users: readonly NamedUser[];
  readonly contexts: readonly NamedContext[];
  /** Name of the context that is used unless another one is asked for. */
  readonly 'current-context': string;
}

/** A cluster under its name. */
export interface NamedCluster {
  readonly name: string;
  readonly cluster: Cluster;
}

/** How a server is reached and verified. */
export interface Cluster {
  /** URL, possibly with a path. */
  readonly server: string;
  /** Name to verify the server's certificate against, by default the host of `server`. */
  readonly 'tls-server-name'?: string;
  /** Base64 of the PEM certificates to verify the server with. */
  readonly 'certificate-authority-data'?: string;
}

/** A user under its name. */
export interface NamedUser {
  readonly name: string;
  readonly user: User;
}

/** What a user proves its identity with: a client certificate or a token. */
export interface User {
  /** Base64 of the PEM certificate. */
  readonly 'client-certificate-data'?: string;
  /** Base64 of its PEM key. */
  readonly 'client-key-data'?: string;
  readonly token?: string;
}

/** A context under its name. */
export interface NamedContext {
  readonly name: string;
  readonly context: Context;
}

/** A user of a cluster. */
export interface Context {
  readonly cluster: string;
  readonly user: string;
  /** Namespace that commands without one mean, by default `default`. */
  readonly namespace?: string;
}
