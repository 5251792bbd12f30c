import type { Clock, Timer } from '../../component/id/clock.ts';
import { BackendFailure } from '../proxy/backend-failure.ts';
import type { Outcome } from '../proxy/interface.ts';

/** Watches how the clients' requests fare at one backend address: probes may pass where requests fail. */
export interface Traffic {
  /** Why requests fail, while many of them do. */
  readonly trouble: BackendFailure | undefined;
  /** An exchange has ended at the address. */
  observe(outcome: Outcome, address: string): void;
  /** Calls back, synchronously, when the trouble begins or ends. The result ends it. */
  subscribe(listener: () => void): () => void;
  /** Ends everything; nobody is called any more. */
  close(): void;
}

/** So many failed requests in a row are trouble. */
const maxRow = 3;
/** Of so many requests, this share is trouble as well, in whatever order. */
const windowSize = 20;
const maxShare = 0.5;
/** So many good ones in a row end it. */
const goodRow = 5;
/** Without another failure it ends after this time, because an address that gets no requests cannot prove itself. */
const holdMs = 10_000;
/** It holds twice as long each time that it comes back within a minute of its end. */
const maxHoldMs = 160_000;
const relapseMs = 60_000;

/** Answers by which a backend, or what stands before it, says that it cannot serve at all. */
const failingStatuses: ReadonlySet<number> = new Set([502, 503, 504]);

/** Traffic of which nothing is known. */
export function newTraffic(clock: Clock): Traffic {
  return new BackendTraffic(clock);
}

class BackendTraffic implements Traffic {
  readonly #clock: Clock;
  readonly #listeners = new Set<() => void>();
  #trouble: BackendFailure | undefined;
  /** Whether the latest exchanges were good; the oldest goes first. */
  #recent: boolean[] = [];
  /** Good ones in a row if positive, bad ones if negative. */
  #row = 0;
  #holdMs = holdMs;
  #endedAt = -Infinity;
  #timer: Timer | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get trouble(): BackendFailure | undefined {
    return this.#trouble;
  }

  observe(outcome: Outcome, address: string): void {
    if (outcome.kind === 'client-left' || outcome.kind === 'not-sent') return;
    const failure = toTrafficFailure(outcome, address);
    if (failure === undefined && outcome.kind === 'backend-failed') return;
    const good = failure === undefined;
    this.#recent.push(good);
    if (this.#recent.length > windowSize) this.#recent.shift();
    this.#row = good ? Math.max(0, this.#row) + 1 : Math.min(0, this.#row) - 1;
    if (failure !== undefined) this.#worsen(failure);
    else if (this.#trouble !== undefined && this.#row >= goodRow) this.#end();
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  close(): void {
    this.#timer?.cancel();
    this.#listeners.clear();
  }

  #worsen(failure: BackendFailure): void {
    const bad = this.#recent.filter((good) => !good).length;
    const many = this.#recent.length === windowSize && bad >= windowSize * maxShare;
    if (this.#trouble === undefined && -this.#row < maxRow && !many) return;
    if (this.#trouble === undefined) {
      const relapsed = this.#clock.monotonic() - this.#endedAt < relapseMs;
      this.#holdMs = relapsed ? Math.min(maxHoldMs, this.#holdMs * 2) : holdMs;
    }
    this.#timer?.cancel();
    this.#timer = this.#clock.setTimeout(() => this.#end(), this.#holdMs);
    // The first one stays: whoever reads it should not see it change with each request.
    if (this.#trouble !== undefined) return;
    this.#trouble = failure;
    this.#tell();
  }

  #end(): void {
    this.#timer?.cancel();
    this.#trouble = undefined;
    this.#recent = [];
    this.#row = 0;
    this.#endedAt = this.#clock.monotonic();
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

/**
 * What an exchange says against its backend. Failures to connect are the prober's business, and refused redirects and upgrades are
 * about one request.
 */
function toTrafficFailure({ status, failure }: Outcome, address: string): BackendFailure | undefined {
  if (failure !== undefined) return failure.step === 'http' && failure.code !== 'HEAD_TOO_LARGE' ? failure : undefined;
  if (!failingStatuses.has(status)) return undefined;
  return new BackendFailure({
    step: 'status',
    code: `HTTP_${status}`,
    address,
    expected: 'answers of its own to requests',
    seen: `requests are answered with ${status}`,
    hint: 'Check the log of the service, and what stands between it and the gateway.',
  });
}
