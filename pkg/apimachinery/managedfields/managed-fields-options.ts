import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';
import type { Now } from '../time/rfc3339.ts';
import type { FieldSet } from './field-set/field-set.ts';
import type { FieldType } from './typed/field-type.ts';
import type { ConvertObject } from './versions.ts';

/** What every write needs to know of its resource. */
export interface ManagedFieldsOptions {
  /** Type of the kind in the version of the request; made once with `newObjectType`. */
  readonly type: FieldType;
  /** Version of the request, such as `apps/v1`. `live`, the new object and the config are all in it. */
  readonly apiVersion: string;
  /** Who writes; an empty name becomes `unknown`. */
  readonly manager: string;
  /** `status`, or empty for the resource itself. */
  readonly subresource?: string;
  /**
   * Fields that this resource or subresource does not write, such as `status` on a resource whose status is a subresource; made with
   * `newFieldSetOfNames`. They are neither owned nor in conflict.
   */
  readonly resetFields?: FieldSet;
  readonly now: Now;
  /** For kinds with several versions. Default: all versions are alike. */
  readonly convert?: ConvertObject;
  /** What a create is compared with. Default: an object with an empty `spec` and `status` where these are declared. */
  readonly emptyObject?: KubernetesObject;
}
