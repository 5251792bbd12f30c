export { apiServiceKind } from './api-service.ts';
export { findAPIServiceCondition } from './api-service-conditions.ts';
export type { APIService, APIServiceCondition, APIServiceSpec } from './api-service-schema.ts';
