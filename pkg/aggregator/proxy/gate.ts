import { newServiceUnavailable, newTooManyRequests } from '../../apimachinery/errors/constructors.ts';
import { isStatusError } from '../../apimachinery/errors/status-error.ts';
import type { RequestContext } from '../../apiserver/request-context.ts';
import { newBusyFailure } from './exchange-failure.ts';
import type { Outcome, RoundTripOptions, TransportSettings } from './interface.ts';
import { refuse } from './refuse.ts';

/** How many requests one backend may have. */
export interface GateLimits {
  /** At a time; watches and other long-running requests do not count. */
  readonly maxRunning: number;
  /** Waiting for their turn. */
  readonly maxQueued: number;
  /** Milliseconds that a request waits at most. */
  readonly queueMs: number;
}

type Send = (options: RoundTripOptions) => Promise<Outcome>;

/**
 * Lets so many ordinary requests at a time through to a backend, the others in the order in which they came. A backend that takes
 * its time can so hold a part of the gateway's sockets and memory, and never all of it.
 */
export class Gate {
  readonly #settings: TransportSettings;
  readonly #limits: GateLimits;
  readonly #queue = new Set<() => void>();
  #running = 0;

  constructor(settings: TransportSettings, limits: GateLimits) {
    this.#settings = settings;
    this.#limits = limits;
  }

  /** Sends a request when it is its turn. Answers 429 when too many wait already, or it has waited too long. */
  pass(context: RequestContext, options: RoundTripOptions, send: Send): Promise<Outcome> {
    if (options.timeoutMs === undefined) return send(options);
    if (this.#running < this.#limits.maxRunning) {
      this.#running++;
      return this.#run(options, send);
    }
    if (options.handBack === true) {
      return Promise.resolve({ kind: 'not-sent', status: 0, failure: newBusyFailure(this.#settings) });
    }
    if (this.#queue.size >= this.#limits.maxQueued) return Promise.resolve(this.#refuse(context));
    return this.#wait(context, options, send);
  }

  /** Sends a request that has a place, and passes the place on. */
  async #run(options: RoundTripOptions, send: Send): Promise<Outcome> {
    try {
      return await send(options);
    } finally {
      const [next] = this.#queue;
      if (next === undefined) this.#running--;
      else next();
    }
  }

  async #wait(context: RequestContext, options: RoundTripOptions, send: Send): Promise<Outcome> {
    const { timeoutMs = Infinity } = options;
    const startedAt = performance.now();
    const turn = await this.#turn(context.signal, Math.min(timeoutMs, this.#limits.queueMs));
    if (turn === 'late') return this.#refuse(context);
    if (turn === 'aborted') {
      const { reason } = context.signal as { reason: unknown };
      return refuse(context, isStatusError(reason) ? reason : newServiceUnavailable('the server is shutting down'));
    }
    return this.#run({ ...options, timeoutMs: timeoutMs - Math.round(performance.now() - startedAt) }, send);
  }

  /** Waits in the queue. */
  #turn(signal: AbortSignal, withinMs: number): Promise<'come' | 'late' | 'aborted'> {
    return new Promise((resolve) => {
      const end = (how: 'come' | 'late' | 'aborted'): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
        this.#queue.delete(onTurn);
        resolve(how);
      };
      const onTurn = (): void => end('come');
      const onAbort = (): void => end('aborted');
      const timer = setTimeout(() => end('late'), withinMs);
      signal.addEventListener('abort', onAbort);
      this.#queue.add(onTurn);
      if (signal.aborted) onAbort();
    });
  }

  /** Clients may send such a request again, whatever it is: the backend has seen nothing of it. */
  #refuse(context: RequestContext): Outcome {
    const failure = newBusyFailure(this.#settings);
    const { kind, status } = refuse(context, newTooManyRequests(`${failure.message}, please try again`, 1));
    return kind === 'client-left' ? { kind, status } : { kind: 'backend-failed', status, failure };
  }
}
