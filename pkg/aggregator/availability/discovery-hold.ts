import type { Clock, Timer } from '../../component/id/clock.ts';
import type { APIServiceSnapshot } from '../snapshot.ts';

/**
 * Keeps APIServices from being called available before their resources are known: whoever waits for the condition (`kubectl wait`)
 * goes on to use them.
 */
export interface DiscoveryHold {
  /** Whether it is too early to call an APIService available. The first question begins the hold. */
  keeps(snapshot: APIServiceSnapshot): boolean;
  /** Its resources are known, or its backend could not tell them. */
  discovered(name: string): void;
  /** It is gone, or not available any more. */
  forget(name: string): void;
  /** Ends everything; nobody is called any more. */
  close(): void;
}

/** What a hold needs. */
export interface DiscoveryHoldOptions {
  readonly isDiscovered: (name: string) => boolean;
  readonly clock: Clock;
  /** Called when an APIService that was kept is kept no more. */
  readonly onEnd: (name: string) => void;
}

/** A backend that answers its probe, and hangs when asked for its resources, is called available after this time all the same. */
const longestMs = 3000;

/** Keeps nothing. */
export function newDiscoveryHold({ isDiscovered, clock, onEnd }: DiscoveryHoldOptions): DiscoveryHold {
  const kept = new Map<string, Timer>();
  /** Those for which it has taken too long. */
  const givenUp = new Set<string>();
  const release = (name: string): boolean => {
    kept.get(name)?.cancel();
    return kept.delete(name);
  };
  return {
    keeps({ name, service, availability }) {
      if (service === undefined || availability.status !== 'True' || isDiscovered(name) || givenUp.has(name)) {
        release(name);
        return false;
      }
      if (kept.has(name)) return true;
      const giveUp = (): void => {
        kept.delete(name);
        givenUp.add(name);
        onEnd(name);
      };
      kept.set(name, clock.setTimeout(giveUp, longestMs));
      return true;
    },
    discovered(name) {
      if (release(name)) onEnd(name);
    },
    forget(name) {
      release(name);
      givenUp.delete(name);
    },
    close() {
      for (const timer of kept.values()) timer.cancel();
      kept.clear();
    },
  };
}
