export type { KubernetesList, KubernetesObject, ObjectMeta, Status, StatusReason } from '../../apis/meta/v1/types.ts';
export {
  newAlreadyExists,
  newBadRequest,
  newConflict,
  newForbidden,
  newInternalError,
  newInvalid,
  newNotFound,
  newServiceUnavailable,
  newTimeout,
  newTooManyRequests,
} from './errors/constructors.ts';
export { hasReason, isStatusError, StatusError } from './errors/status-error.ts';
export { ageColumn } from './runtime/age-column.ts';
export { parseFieldSelector } from './fields/parse.ts';
export { parseLabelSelector } from './labels/parse.ts';
export type { GroupVersion, GroupVersionKind, GroupVersionResource } from './schema/group-version.ts';
export { parseAPIVersion, toAPIPath, toAPIVersion } from './schema/group-version.ts';
export type { KindDefinition, PrinterColumn, Strategy, Verb } from './schema/kind-definition.ts';
export type { FromSchema, ObjectFromSchema, Schema } from './schema/schema.ts';
export type { FieldError } from './validation/field-error.ts';
export { forbidden, invalid, notSupported, required, tooLong } from './validation/field-error.ts';
