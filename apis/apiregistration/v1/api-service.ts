import type { KindDefinition } from '../../../pkg/apimachinery/schema/kind-definition.ts';
import { apiServiceColumns } from './api-service-columns.ts';
import { apiServiceMessage } from './api-service-protobuf.ts';
import { apiServiceSchema, type APIService } from './api-service-schema.ts';
import { apiServiceStrategy } from './api-service-strategy.ts';

/** The kind by which servers register with the gateway. */
export const apiServiceKind: KindDefinition<APIService> = {
  group: 'apiregistration.k8s.io',
  version: 'v1',
  kind: 'APIService',
  plural: 'apiservices',
  singular: 'apiservice',
  scope: 'Cluster',
  categories: ['api-extensions'],
  schema: apiServiceSchema,
  protobuf: apiServiceMessage,
  statusSubresource: true,
  columns: apiServiceColumns,
  allowCreateOnUpdate: false,
  allowUnconditionalUpdate: false,
  tracksGeneration: false,
  strategy: apiServiceStrategy,
};
