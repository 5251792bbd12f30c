/** A value that can change while the process runs, such as a certificate that is renewed. */
export interface Source<T> {
  /** The value of this moment. */
  readonly current: () => T;
  /** Calls back with each new value; the answer ends that. */
  readonly onChange: (listener: (value: T) => void) => () => void;
}

/** A source with the means to change it. */
export interface Published<T> extends Source<T> {
  readonly publish: (value: T) => void;
}

/** Makes a source. A listener that throws does not keep the others from the value; its error goes to `onListenerError`. */
export function newPublished<T>(initial: T, onListenerError: (error: unknown) => void): Published<T> {
  let value = initial;
  const listeners = new Set<(value: T) => void>();
  return {
    current: () => value,
    onChange(listener) {
      // a listener of its own for each call, so that ending one does not end another
      const own = (next: T): void => listener(next);
      listeners.add(own);
      return () => void listeners.delete(own);
    },
    publish(next) {
      value = next;
      for (const listener of listeners) {
        try {
          listener(next);
        } catch (error) {
          onListenerError(error);
        }
      }
    },
  };
}
