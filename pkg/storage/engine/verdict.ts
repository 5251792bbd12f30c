import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';
import { StorageError } from '../errors.ts';
import type { UpdateFunction } from '../interface.ts';
import { isSameJSON, withRevision } from './frozen-object.ts';
import { assertPlace } from './key.ts';

/** What shall happen to the object at a key. */
export type Decision =
  | { readonly type: 'write'; readonly object: KubernetesObject }
  | { readonly type: 'remove' }
  | { readonly type: 'keep'; readonly object: KubernetesObject };

/** Decides for a stored state, or throws. Asked again when the state has changed before the decision was carried out. */
export type Verdict = (current: KubernetesObject | undefined) => Decision | Promise<Decision>;

/** Creates an object where there is none. */
export function toCreateVerdict(key: string, object: KubernetesObject): Verdict {
  assertPlace(key, object);
  return (current) => {
    if (current !== undefined) throw new StorageError('KeyExists', key);
    return { type: 'write', object };
  };
}

/** Replaces an object by what a function makes of it. */
export function toUpdateVerdict(key: string, update: UpdateFunction): Verdict {
  return (current) => {
    const existing = assertFound(key, current);
    const next = update(existing);
    if (next instanceof Promise) return next.then((settled) => toUpdateDecision(key, existing, settled));
    return toUpdateDecision(key, existing, next);
  };
}

function toUpdateDecision(key: string, current: KubernetesObject, next: KubernetesObject): Decision {
  assertPlace(key, next);
  const revision = current.metadata.resourceVersion ?? '';
  if (isSameJSON(current, withRevision(next, revision))) return { type: 'keep', object: current };
  return { type: 'write', object: next };
}

/** Removes an object that a check accepts. */
export function toDeleteVerdict(key: string, check?: (current: KubernetesObject) => void | Promise<void>): Verdict {
  return (current) => {
    const existing = assertFound(key, current);
    const checked = check?.(existing);
    return checked instanceof Promise ? checked.then(() => ({ type: 'remove' })) : { type: 'remove' };
  };
}

function assertFound(key: string, current: KubernetesObject | undefined): KubernetesObject {
  if (current === undefined) throw new StorageError('KeyNotFound', key);
  return current;
}
