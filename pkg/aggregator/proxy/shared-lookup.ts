import { lookup as askSystem, type LookupOptions } from 'node:dns';
import type { LookupFunction } from 'node:net';
import type { Clock } from '../../component/id/clock.ts';

/** What a shared lookup works with. */
export interface SharedLookupOptions {
  readonly clock: Pick<Clock, 'monotonic'>;
  /** Who is asked; the resolver of the operating system. */
  readonly lookup?: LookupFunction;
}

type Answer = Parameters<Parameters<LookupFunction>[2]>;

interface Asked {
  readonly answer: Promise<Answer>;
  /** Of the monotonic clock. */
  until: number;
}

/** For so long an answer serves further connections. A name that has moved is noticed a little later than a probe notices anything. */
const keptMs = 1000;

/**
 * A lookup for connections to many services that asks once a second for each name. Every question to the operating system takes a thread, of
 * which there are few, reads files, and hangs where a name server is silent; and hundreds of services may be at the same name.
 */
export function newSharedLookup({ clock, lookup = askSystem }: SharedLookupOptions): LookupFunction {
  const known = new Map<string, Asked>();
  const ask = (hostname: string, options: LookupOptions, key: string): Asked => {
    const answer = new Promise<Answer>((resolve) => lookup(hostname, options, (...result) => resolve(result)));
    const asked: Asked = { answer, until: Infinity };
    known.set(key, asked);
    void answer.then(([error]) => {
      // What failed is asked anew by the next one.
      asked.until = error === null ? clock.monotonic() + keptMs : -Infinity;
      return undefined;
    });
    return asked;
  };
  return (hostname, options, callback) => {
    const key = `${hostname} ${JSON.stringify(options)}`;
    const kept = known.get(key);
    const { answer } = kept !== undefined && clock.monotonic() < kept.until ? kept : ask(hostname, options, key);
    // Not within the promise, which would catch what a callback throws.
    void answer.then((result) => process.nextTick(callback, ...result));
  };
}
