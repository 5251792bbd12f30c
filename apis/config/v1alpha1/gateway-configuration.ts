import type { FromSchema } from '../../../pkg/apimachinery/schema/schema.ts';

/** Schema of the file that `tributary serve --config` reads. Each member has a flag and an environment variable of its own. */
export const gatewayConfigurationSchema = {
  $id: 'dev.tributary.config.v1alpha1.GatewayConfiguration',
  type: 'object',
  description: 'Configuration of the gateway. Flags win over environment variables, which win over this file.',
  properties: {
    apiVersion: {
      type: 'string',
      enum: ['config.tributary.dev/v1alpha1'],
      description: 'Version of this file; may be left out.',
    },
    kind: { type: 'string', enum: ['GatewayConfiguration'], description: 'Kind of this file; may be left out.' },
    bindAddress: {
      type: 'string',
      minLength: 1,
      description: 'IP address on which to listen; 0.0.0.0 or :: for all of them.',
    },
    securePort: {
      type: 'integer',
      minimum: 0,
      maximum: 65535,
      description: 'Port on which to serve HTTPS; 0 takes any free port.',
    },
    dataDir: {
      type: 'string',
      minLength: 1,
      description: 'Folder of the objects, certificates and kubeconfig files; made when it is missing.',
    },
    tokenAuthFile: {
      type: 'string',
      minLength: 1,
      description: 'CSV file of bearer tokens: token,user,uid,"group1,group2".',
    },
    clientCAFile: {
      type: 'string',
      minLength: 1,
      description: 'PEM file of further CAs whose client certificates are believed, beside the own CA.',
    },
    requestheaderClientCAFile: {
      type: 'string',
      minLength: 1,
      description: 'PEM file of the CAs of proxies in front of this server that say in headers whom they speak for.',
    },
    requestheaderAllowedNames: {
      type: 'string',
      minLength: 1,
      description: 'Common names of the certificates of such proxies, with commas in between; the default is any.',
    },
    requestheaderUsernameHeaders: {
      type: 'string',
      minLength: 1,
      description: 'Headers in which they say the user name, with commas in between; the default is X-Remote-User.',
    },
    requestheaderUidHeaders: {
      type: 'string',
      minLength: 1,
      description: 'Headers in which they say the UID, with commas in between; the default is X-Remote-Uid.',
    },
    requestheaderGroupHeaders: {
      type: 'string',
      minLength: 1,
      description: 'Headers in which they say the groups, with commas in between; the default is X-Remote-Group.',
    },
    requestheaderExtraHeadersPrefix: {
      type: 'string',
      minLength: 1,
      description:
        'Prefixes of headers in which they say anything else, with commas in between; the default is X-Remote-Extra-.',
    },
    serviceAccountIssuer: {
      type: 'string',
      minLength: 1,
      description:
        'Who issues tokens of service accounts, as an https URL; after a comma, further issuers whose tokens are accepted.',
    },
    serviceAccountJwksUri: {
      type: 'string',
      minLength: 1,
      description: 'URL at which others find the keys of tokens; the default is /openid/v1/jwks on this server.',
    },
    serviceAccountSigningKeyFile: {
      type: 'string',
      minLength: 1,
      description:
        'PEM file of the private key, RSA or ECDSA, that signs tokens of service accounts; the default is an own one.',
    },
    serviceAccountKeyFile: {
      type: 'string',
      minLength: 1,
      description: 'PEM files of further keys, public or private, whose tokens are accepted, with commas in between.',
    },
    apiAudiences: {
      type: 'string',
      minLength: 1,
      description:
        'Names of this API, one of which a token must be meant for, with commas in between; the default is the issuers.',
    },
    tlsCertFile: {
      type: 'string',
      minLength: 1,
      description: 'PEM file of the serving certificate, followed by its chain; the default is one of the own CA.',
    },
    tlsPrivateKeyFile: {
      type: 'string',
      minLength: 1,
      description: 'PEM file of the private key that belongs to the serving certificate.',
    },
    proxyClientCertFile: {
      type: 'string',
      minLength: 1,
      description:
        'PEM file of the client certificate shown to services; the default is one of the own front-proxy CA.',
    },
    proxyClientKeyFile: {
      type: 'string',
      minLength: 1,
      description: 'PEM file of the private key that belongs to the client certificate shown to services.',
    },
    runtimeConfig: {
      type: 'string',
      minLength: 1,
      description:
        'Own APIs to switch on and off: <group>/<version>[/<resource>]=true|false, v1=… for the core group, api/all=…, api/ga=…, api/beta=…, api/alpha=…, with commas in between. APIServices stay.',
    },
    eventTtl: {
      type: 'string',
      minLength: 1,
      description: 'How long events are kept after they were last written, such as 1h or 30m.',
    },
    namespaceDeletionGrace: {
      type: 'string',
      minLength: 1,
      description:
        'How long a service that cannot be asked what it holds in a namespace may hold up its deletion, such as 60s; it is then given up with an Event.',
    },
    manifests: {
      type: 'string',
      minLength: 1,
      description:
        'File of manifests, or folder of such files (.yaml, .yml, .json), that are applied at the start and whenever they change; what they no longer ask for is deleted.',
    },
    requestTimeout: {
      type: 'string',
      minLength: 1,
      description:
        'How long an ordinary request may wait for its answer, such as 60s; watches, streams and tunnels have no limit.',
    },
    streamingConnectionIdleTimeout: {
      type: 'string',
      minLength: 1,
      description: 'How long a tunnel (exec, attach, port-forward) may be silent before it is closed, such as 4h.',
    },
    trustedProxies: {
      type: 'string',
      minLength: 1,
      description:
        'Addresses and CIDR ranges, with commas in between, of proxies in front whose X-Forwarded-* and Forwarded headers are passed on to services; the default is none.',
    },
    backendProtocols: {
      type: 'string',
      minLength: 1,
      description:
        'Protocols that are offered to services over TLS, as ALPN names them: h2,http/1.1, or http/1.1 alone, which takes less processor time for short requests.',
    },
    v: {
      type: 'integer',
      minimum: 0,
      maximum: 10,
      description: 'Verbosity of the log: 2 for changes of state, 3 for every request, 4 and more for debugging.',
    },
  },
} as const;

/** Configuration of the gateway, as the file has it: every member may be absent. */
export type GatewayConfiguration = FromSchema<typeof gatewayConfigurationSchema>;
