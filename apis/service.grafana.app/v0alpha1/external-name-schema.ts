import type { ObjectFromSchema } from '../../../pkg/apimachinery/schema/schema.ts';

/** Schema of `ExternalName`. */
export const externalNameSchema = {
  $id: 'com.github.grafana.grafana.pkg.apis.service.v0alpha1.ExternalName',
  type: 'object',
  description:
    'ExternalName says where a service runs. An APIService names it in spec.service by its name and namespace.',
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
            'Host is a DNS name or an IP address (IPv6 without brackets). It holds no scheme, port or path: the port is spec.service.port of the APIService, and the gateway always speaks HTTPS.',
        },
      },
    },
  },
} as const;

/** The place of a service under a name that APIServices use. */
export type ExternalName = ObjectFromSchema<typeof externalNameSchema>;
