import type { ObjectFromSchema } from '../../../pkg/apimachinery/schema/schema.ts';

/** Schema of `ExternalName`. */
export const externalNameSchema = {
  $id: 'com.github.grafana.grafana.pkg.apis.service.v0alpha1.ExternalName',
  type: 'object',
  description:
    'ExternalName says where a service runs. An APIService names it in spec.service by its name and namespace. Where a host does not say enough, annotations do: service.tributary.dev/url (https://<spec.host>[:port][/path], or http:// to do without TLS), service.tributary.dev/unix-socket (absolute path of a socket to connect to), service.tributary.dev/tls-server-name (the one name that the certificate has to carry), service.tributary.dev/ca-file (absolute path of a PEM bundle that is followed, in place of spec.caBundle of the APIService). Files and sockets are those of the machine of the gateway; they and http take the verb use on externalnames/gateway-local.',
  properties: {
    spec: {
      $id: 'com.github.grafana.grafana.pkg.apis.service.v0alpha1.ExternalNameSpec',
      type: 'object',
      default: {},
      $description: 'ExternalNameSpec holds the place where the service is reached.',
      properties: {
        host: {
          type: 'string',
          description:
            'Host is a DNS name or an IP address (IPv6 without brackets). It holds no scheme, port or path: the port is spec.service.port of the APIService, and the gateway speaks HTTPS, unless the annotation service.tributary.dev/url says otherwise.',
        },
      },
    },
  },
} as const;

/** The place of a service under a name that APIServices use. */
export type ExternalName = ObjectFromSchema<typeof externalNameSchema>;
