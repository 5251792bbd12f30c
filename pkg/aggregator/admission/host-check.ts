import { lookup, Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';
import { type Clock, systemClock } from '../../component/id/clock.ts';

/** Says why a host cannot be resolved, as the rest of a sentence; `undefined` when it can, or when nobody could tell. */
export type CheckHost = (host: string) => Promise<string | undefined>;

/** How hosts are looked up, by default as connections do. */
export interface HostCheckOptions {
  readonly clock?: Clock;
  /** Asks the name servers. Rejects with `ENOTFOUND` or `ENODATA` when there is nothing. */
  readonly askServers?: (host: string) => Promise<unknown>;
  /** Asks the operating system, which knows the hosts file and search domains as well. */
  readonly askSystem?: (host: string) => Promise<unknown>;
}

/** A write is not held up for longer, whatever the name servers do. */
const patienceMs = 1000;

const late = Symbol('late');

/**
 * Checks hosts for warnings, within a second. The operating system, which takes a thread for each question, is asked only where the name
 * servers know nothing, and about one name at a time.
 */
export function newHostCheck(options: HostCheckOptions = {}): CheckHost {
  const { clock = systemClock, askServers = askNameServers, askSystem = lookup } = options;
  let asking = false;
  const confirm = async (host: string, fault: string): Promise<string | undefined> => {
    // It may know the name: a warning that is wrong would be worse than none.
    if (asking) return undefined;
    asking = true;
    try {
      await askSystem(host);
      return undefined;
    } catch {
      return fault;
    } finally {
      asking = false;
    }
  };
  const check = async (host: string): Promise<string | undefined> => {
    try {
      await askServers(host);
      return undefined;
    } catch (error) {
      return confirm(host, `cannot be resolved (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`);
    }
  };
  return async (host) => {
    if (isIP(host) !== 0 || host === 'localhost') return undefined;
    let timer: { cancel(): void } | undefined;
    const timeout = new Promise<typeof late>((resolve) => {
      timer = clock.setTimeout(() => resolve(late), patienceMs);
    });
    const outcome = await Promise.race([check(host), timeout]);
    timer?.cancel();
    return outcome === late ? `could not be resolved within ${patienceMs / 1000} s` : outcome;
  };
}

async function askNameServers(host: string): Promise<unknown> {
  const resolver = new Resolver({ timeout: patienceMs, tries: 1 });
  // One family is enough.
  return Promise.any([resolver.resolve4(host), resolver.resolve6(host)]).catch((error: AggregateError) => {
    throw error.errors[0];
  });
}
