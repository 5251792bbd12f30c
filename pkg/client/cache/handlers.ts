import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';
import type { Logger } from '../../component/logs/logger.ts';
import type { EventHandler } from './event-handler.ts';

/** The handlers of an informer, called one after the other; what one throws does not reach the others. */
export interface Handlers<T extends KubernetesObject> {
  /** Adds a handler and tells it of these objects. The result takes it away again. */
  add(handler: EventHandler<T>, objects: readonly T[]): () => void;
  added(object: T, initial: boolean): void;
  updated(previous: T, current: T): void;
  deleted(object: T): void;
}

/** No handlers yet. */
export function newHandlers<T extends KubernetesObject>(logger: Logger): Handlers<T> {
  // Replaced, never changed, because a handler may add and remove handlers while it is being called.
  let entries: readonly { readonly handler: EventHandler<T> }[] = [];

  const guard = (handler: EventHandler<T>, call: (handler: EventHandler<T>) => void): void => {
    try {
      call(handler);
    } catch (error) {
      logger.error('An event handler threw; it missed this event', { err: error });
    }
  };
  const tell = (call: (handler: EventHandler<T>) => void): void => {
    for (const { handler } of entries) guard(handler, call);
  };

  return {
    add(handler, objects) {
      const entry = { handler };
      entries = [...entries, entry];
      for (const object of objects) guard(handler, () => handler.add?.(object, true));
      return () => {
        entries = entries.filter((other) => other !== entry);
      };
    },
    added: (object, initial) => tell((handler) => handler.add?.(object, initial)),
    updated: (previous, current) => tell((handler) => handler.update?.(previous, current)),
    deleted: (object) => tell((handler) => handler.delete?.(object)),
  };
}
