import type { KindDefinition } from '../../../pkg/apimachinery/schema/kind-definition.ts';
import { serviceColumns } from './service-columns.ts';
import { serviceMessage } from './service-protobuf.ts';
import { type Service, serviceSchema } from './service-schema.ts';
import { serviceStrategy } from './service-strategy.ts';

/** A name for something that takes traffic. Source: kubernetes `pkg/registry/core/service/strategy.go`. */
export const serviceKind: KindDefinition<Service> = {
  group: '',
  version: 'v1',
  kind: 'Service',
  plural: 'services',
  singular: 'service',
  scope: 'Namespaced',
  shortNames: ['svc'],
  categories: ['all'],
  schema: serviceSchema,
  protobuf: serviceMessage,
  statusSubresource: true,
  columns: serviceColumns,
  selectableFields: {
    'spec.clusterIP': ({ spec }) => spec?.clusterIP ?? '',
    'spec.type': ({ spec }) => spec?.type ?? '',
  },
  allowCreateOnUpdate: true,
  tracksGeneration: false,
  strategy: serviceStrategy,
};
