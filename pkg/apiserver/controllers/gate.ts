import { untilAborted } from '../../client/cache/until-aborted.ts';

/** Holds work back until it may go on; it can be closed again. */
export interface Gate {
  open(): void;
  close(): void;
  /** It has been open at least once. */
  readonly opened: boolean;
  /** Resolves when the gate is open; rejects with the signal's reason when that is aborted before. */
  pass(signal: AbortSignal): Promise<void>;
}

/** A closed gate. */
export function newGate(): Gate {
  let release: () => void = () => undefined;
  const newWait = (): Promise<void> => new Promise((resolve) => (release = resolve));
  let waiting: Promise<void> | undefined = newWait();
  let opened = false;
  return {
    open() {
      opened = true;
      waiting = undefined;
      release();
    },
    close() {
      waiting ??= newWait();
    },
    get opened() {
      return opened;
    },
    async pass(signal) {
      for (let wait = waiting; wait !== undefined; wait = waiting) await untilAborted(wait, signal);
    },
  };
}
