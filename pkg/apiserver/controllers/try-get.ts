import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';
import { hasReason } from '../../apimachinery/errors/status-error.ts';
import type { ObjectName } from '../registry/key.ts';
import type { Store } from '../registry/store.ts';

/** The stored object; `undefined` when there is none, or can be none of that name. */
export async function tryGet<T extends KubernetesObject>(store: Store<T>, name: ObjectName): Promise<T | undefined> {
  try {
    return await store.get(name);
  } catch (error) {
    if (hasReason(error, 'NotFound') || hasReason(error, 'BadRequest')) return undefined;
    throw error;
  }
}
