import type { PrinterColumn } from '../../../pkg/apimachinery/schema/kind-definition.ts';
import { ageColumn } from '../../../pkg/apimachinery/runtime/age-column.ts';
import { findAPIServiceCondition } from './api-service-conditions.ts';
import type { APIService } from './api-service-schema.ts';

/** What `kubectl get apiservices` shows beside the name. */
export const apiServiceColumns: readonly PrinterColumn<APIService>[] = [
  {
    name: 'Service',
    type: 'string',
    description: 'The reference to the service that hosts this API endpoint.',
    cell: toServiceCell,
  },
  { name: 'Available', type: 'string', description: 'Whether this service is available.', cell: toAvailableCell },
  ageColumn,
];

function toServiceCell(object: APIService): string {
  const service = object.spec?.service;
  return service === undefined ? 'Local' : `${service.namespace ?? ''}/${service.name ?? ''}`;
}

function toAvailableCell(object: APIService): string {
  const condition = findAPIServiceCondition(object, 'Available');
  if (condition === undefined) return 'Unknown';
  const { status, reason = '' } = condition;
  return status === 'True' || reason === '' ? status : `${status} (${reason})`;
}
