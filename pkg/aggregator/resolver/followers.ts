/** Things of the world outside that are followed while somebody holds them, each once, whoever asks. */
export interface Followers<T> {
  /** Follows a thing; `onChange` is called when its value has become another one. */
  follow(key: string, onChange: () => void): Following<T>;
  /** Ends everything; nobody is called any more. */
  close(): void;
}

/** A thing that is followed until it is released. */
export interface Following<T> {
  /** What is known; `undefined` at first. */
  readonly value: T | undefined;
  release(): void;
}

/** Follows one thing until the signal is aborted, telling each of its values; never rejects. */
export type Follow<T> = (key: string, publish: (value: T) => void, signal: AbortSignal) => Promise<void>;

interface Followed<T> {
  value: T | undefined;
  readonly listeners: Set<() => void>;
  readonly ended: AbortController;
}

/** Followers of nothing so far. */
export function newFollowers<T>(follow: Follow<T>): Followers<T> {
  const known = new Map<string, Followed<T>>();
  const open = (key: string): Followed<T> => {
    const followed: Followed<T> = { value: undefined, listeners: new Set(), ended: new AbortController() };
    const publish = (value: T): void => {
      if (followed.ended.signal.aborted) return;
      followed.value = value;
      for (const listener of followed.listeners) listener();
    };
    known.set(key, followed);
    void follow(key, publish, followed.ended.signal);
    return followed;
  };
  return {
    follow(key, onChange) {
      const followed = known.get(key) ?? open(key);
      // A function of its own, so that one listener can hold a thing twice.
      const listener = (): void => onChange();
      followed.listeners.add(listener);
      return {
        get value() {
          return followed.value;
        },
        release() {
          if (!followed.listeners.delete(listener) || followed.listeners.size > 0) return;
          followed.ended.abort();
          if (known.get(key) === followed) known.delete(key);
        },
      };
    },
    close() {
      for (const { ended, listeners } of known.values()) {
        listeners.clear();
        ended.abort();
      }
      known.clear();
    },
  };
}
