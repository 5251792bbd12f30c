import type { ObjectFromSchema } from '../../../pkg/apimachinery/schema/schema.ts';
import { serviceSpecSchema } from './service-spec-schema.ts';
import { serviceStatusSchema } from './service-status-schema.ts';

/** Schema of `Service`. */
export const serviceSchema = {
  $id: 'io.k8s.api.core.v1.Service',
  type: 'object',
  description:
    'Service is a name for something that takes traffic on some ports: a DNS name elsewhere (type ExternalName), or endpoints that others manage. This server has no service network: services are stored, addresses and node ports are never allocated.',
  properties: { spec: serviceSpecSchema, status: serviceStatusSchema },
} as const;

/** A name for something that takes traffic. */
export type Service = ObjectFromSchema<typeof serviceSchema>;

/** How a service is reached. */
export type ServiceSpec = NonNullable<Service['spec']>;

/** One port of a service. */
export type ServicePort = NonNullable<ServiceSpec['ports']>[number];
