import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';
import type { Informer } from '../../client/cache/informer.ts';
import { toObjectKey } from '../../client/cache/object-key.ts';

/** Tells the keys of objects that come, change and go. The result ends it. */
export function followByKey<T extends KubernetesObject>(
  informer: Pick<Informer<T>, 'addEventHandler'>,
  listener: (key: string) => void,
  toKey: (object: T) => string = toObjectKey,
): () => void {
  const tell = (object: T): void => listener(toKey(object));
  return informer.addEventHandler({
    add: tell,
    update(previous, current) {
      const key = toKey(current);
      const before = toKey(previous);
      if (before !== key) listener(before);
      listener(key);
    },
    delete: tell,
  });
}
