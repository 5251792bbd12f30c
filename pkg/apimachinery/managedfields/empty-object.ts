import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';
import type { JSONObject } from '../runtime/json.ts';
import type { ManagedFieldsOptions } from './managed-fields-options.ts';
import type { TypedObject } from './versions.ts';

/**
 * What a new object is compared with. In Go's types `spec` and `status` are always there, if empty, so nobody owns them as such;
 * members of other names are not there (Go: `ObjectCreater.New`).
 */
export function newEmptyObject({ type, apiVersion, emptyObject }: ManagedFieldsOptions): TypedObject {
  return { type, apiVersion, object: toJSONObject(emptyObject) ?? newGoLikeObject(type) };
}

function toJSONObject(object: KubernetesObject | undefined): JSONObject | undefined {
  return object as unknown as JSONObject | undefined;
}

function newGoLikeObject(type: ManagedFieldsOptions['type']): JSONObject {
  const object: JSONObject = { metadata: {} };
  for (const name of ['spec', 'status']) {
    const declared = type.map?.fields.get(name)?.map?.fields.size ?? 0;
    if (declared > 0) object[name] = {};
  }
  return object;
}
