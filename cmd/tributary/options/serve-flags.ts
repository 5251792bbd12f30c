import { gatewayConfigurationSchema } from '../../../apis/config/v1alpha1/gateway-configuration.ts';

/** Options of `serve`, complete. Paths are as given. */
export interface ServeOptions {
  readonly bindAddress: string;
  readonly securePort: number;
  readonly dataDir: string;
  readonly tokenAuthFile?: string;
  readonly clientCAFile?: string;
  readonly requestheaderClientCAFile?: string;
  readonly requestheaderAllowedNames?: string;
  readonly requestheaderUsernameHeaders?: string;
  readonly requestheaderUidHeaders?: string;
  readonly requestheaderGroupHeaders?: string;
  readonly requestheaderExtraHeadersPrefix?: string;
  readonly serviceAccountIssuer: string;
  readonly serviceAccountJwksUri?: string;
  readonly serviceAccountSigningKeyFile?: string;
  readonly serviceAccountKeyFile?: string;
  readonly apiAudiences?: string;
  readonly tlsCertFile?: string;
  readonly tlsPrivateKeyFile?: string;
  readonly proxyClientCertFile?: string;
  readonly proxyClientKeyFile?: string;
  readonly runtimeConfig?: string;
  readonly eventTtl: string;
  readonly namespaceDeletionGrace: string;
  readonly manifests?: string;
  readonly requestTimeout: string;
  readonly streamingConnectionIdleTimeout: string;
  readonly trustedProxies?: string;
  readonly backendProtocols: string;
  readonly v: number;
}

/** Name of an option: its key in the configuration file. */
export type ServeOptionName = keyof ServeOptions;

/** How an option is given. */
export interface ServeFlag {
  readonly name: ServeOptionName;
  /** `--bind-address`, with kube-apiserver's name where the thing is the same. */
  readonly flag: string;
  readonly environment: string;
  readonly type: 'string' | 'integer';
  readonly description: string;
  /** What stands for the value in the help. */
  readonly placeholder: string;
}

/** Values of the options that are not given. */
export const serveDefaults: ServeOptions = {
  bindAddress: '127.0.0.1',
  securePort: 6443,
  dataDir: './tmp-storage',
  serviceAccountIssuer: 'https://kubernetes.default.svc',
  eventTtl: '1h',
  namespaceDeletionGrace: '60s',
  requestTimeout: '60s',
  streamingConnectionIdleTimeout: '4h',
  backendProtocols: 'h2,http/1.1',
  v: 0,
};

const placeholders: Readonly<Record<ServeOptionName, string>> = {
  bindAddress: 'ip',
  securePort: 'port',
  dataDir: 'folder',
  tokenAuthFile: 'file',
  clientCAFile: 'file',
  requestheaderClientCAFile: 'file',
  requestheaderAllowedNames: 'names',
  requestheaderUsernameHeaders: 'headers',
  requestheaderUidHeaders: 'headers',
  requestheaderGroupHeaders: 'headers',
  requestheaderExtraHeadersPrefix: 'prefixes',
  serviceAccountIssuer: 'urls',
  serviceAccountJwksUri: 'url',
  serviceAccountSigningKeyFile: 'file',
  serviceAccountKeyFile: 'files',
  apiAudiences: 'names',
  tlsCertFile: 'file',
  tlsPrivateKeyFile: 'file',
  proxyClientCertFile: 'file',
  proxyClientKeyFile: 'file',
  runtimeConfig: 'entries',
  eventTtl: 'duration',
  namespaceDeletionGrace: 'duration',
  manifests: 'path',
  requestTimeout: 'duration',
  streamingConnectionIdleTimeout: 'duration',
  trustedProxies: 'ranges',
  backendProtocols: 'protocols',
  v: 'level',
};

/** All options of `serve`, in the order of the help. Description and type come from the schema of the configuration file. */
export const serveFlags: readonly ServeFlag[] = (Object.keys(placeholders) as ServeOptionName[]).map((name) => {
  const { type, description } = gatewayConfigurationSchema.properties[name];
  const words = name.replace(/CA|[A-Z]/g, (upper) => `-${upper.toLowerCase()}`);
  return {
    name,
    flag: `--${words}`,
    environment: `TRIBUTARY_${words.replaceAll('-', '_').toUpperCase()}`,
    type,
    description,
    placeholder: placeholders[name],
  };
});
