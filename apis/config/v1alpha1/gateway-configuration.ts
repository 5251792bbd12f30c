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
