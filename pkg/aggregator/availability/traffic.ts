import type { Clock, Timer } from '../../component/id/clock.ts';
import type { BackendFailure } from '../proxy/backend-failure.ts';
import { judgeTraffic, judgeTrial, type TrafficFailure, type TrafficOutcome } from './traffic-failure.ts';
import { newTrials, type Trial, type Trials } from './trials.ts';

/**
 * `closed`: requests flow. `open`: they fail, so the address is left alone for a while. `half-open`: a few are let through to see
 * whether it is well again.
 */
export type BreakerState = 'closed' | 'open' | 'half-open';

/** Watches how the clients' requests fare at one backend address, where probes may pass, and keeps them away while they fail. */
export interface Traffic {
  /** Why requests fail, unless the breaker is closed. */
  readonly trouble: BackendFailure | undefined;
  readonly breaker: BreakerState;
  /**
   * Nothing but trials may go there, even if there is no other address: not one of the last requests got an answer. A backend that
   * answers with an error of its own is never refused so, because its answer is truer than ours.
   */
  readonly refuses: boolean;
  /** Lets a request through to a half-open address, unless enough of them are under way. To be told with its outcome. */
  beginTrial(limited: boolean): Trial | undefined;
  /** An exchange has ended at the address. */
  observe(exchange: TrafficOutcome, trial?: Trial): void;
  /** A probe was answered well: it counts where there are no requests. */
  probed(): void;
  /** The backend was unavailable, and is back: perhaps it is another process by now. */
  revived(): void;
  /** Calls back, synchronously, when any of this has changed. The result ends it. */
  subscribe(listener: () => void): () => void;
  /** Ends everything; nobody is called any more. */
  close(): void;
}

/** So many failed requests in a row are trouble. */
const maxRow = 3;
/** Of so many requests, this share is trouble as well, in whatever order. */
const windowSize = 20;
const maxShare = 0.5;
/** So many moments without any answer, and not one in between, and the address is refused. */
const maxSilentMoments = 5;
/** What happens within this time is one event: a connection that carried many requests, a process that was replaced. */
const momentMs = 200;
/** So many good ones in a row end it. */
const goodRow = 5;
/** For so long an address in trouble is left alone. */
const holdMs = 10_000;
/** Twice as long each time that it fails its trial, or falls again within a minute. */
const maxHoldMs = 160_000;
const relapseMs = 60_000;

/** Traffic of which nothing is known. */
export function newTraffic(clock: Clock): Traffic {
  return new BackendTraffic(clock);
}

class BackendTraffic implements Traffic {
  readonly #clock: Clock;
  readonly #trials: Trials;
  readonly #listeners = new Set<() => void>();
  #breaker: BreakerState = 'closed';
  #trouble: BackendFailure | undefined;
  #refuses = false;
  /** Whether the latest exchanges were good; the oldest goes first. */
  #recent: boolean[] = [];
  /** Good ones in a row if positive, bad ones if negative. */
  #row = 0;
  /** Moments in a row without an answer, and when the last of them began. */
  #silentMoments = 0;
  #silentAt = -Infinity;
  /** Closed again, without one good request so far: the next failure says that it was too early. */
  #unproven: 'no' | 'yes' | 'refused' = 'no';
  #holdMs = holdMs;
  #endedAt = -Infinity;
  #timer: Timer | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#trials = newTrials(clock);
  }

  get trouble(): BackendFailure | undefined {
    return this.#trouble;
  }

  get breaker(): BreakerState {
    return this.#breaker;
  }

  get refuses(): boolean {
    return this.#refuses;
  }

  beginTrial(limited: boolean): Trial | undefined {
    return this.#breaker === 'half-open' ? this.#trials.begin(limited) : undefined;
  }

  observe(exchange: TrafficOutcome, trial?: Trial): void {
    if (trial !== undefined) return this.#endTrial(trial, exchange);
    const verdict = judgeTraffic(exchange);
    if (verdict === undefined) return;
    this.#count(verdict);
    if (verdict === 'good') this.#improve();
    else this.#worsen(verdict);
  }

  probed(): void {
    if (this.#breaker === 'half-open' && this.#trials.succeeded('probe') >= goodRow) this.#end();
  }

  revived(): void {
    if (this.#breaker === 'closed') return this.#forget();
    this.#refuses = false;
    this.#end();
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  close(): void {
    this.#timer?.cancel();
    this.#listeners.clear();
  }

  #endTrial(trial: Trial, exchange: TrafficOutcome): void {
    // A trial of a time that is over.
    if (!this.#trials.end(trial) || this.#breaker !== 'half-open') return;
    const verdict = judgeTrial(exchange);
    if (verdict === undefined) return;
    if (verdict !== 'good') return this.#open(verdict);
    if (this.#trials.succeeded('request') >= goodRow) this.#end();
  }

  #count(verdict: 'good' | TrafficFailure): void {
    const good = verdict === 'good';
    this.#recent.push(good);
    if (this.#recent.length > windowSize) this.#recent.shift();
    this.#row = good ? Math.max(0, this.#row) + 1 : Math.min(0, this.#row) - 1;
    const now = this.#clock.monotonic();
    if (verdict === 'good' || !verdict.silent) this.#silentMoments = 0;
    else if (now - this.#silentAt >= momentMs) {
      this.#silentMoments++;
      this.#silentAt = now;
    }
  }

  #improve(): void {
    this.#unproven = 'no';
    if (this.#breaker !== 'closed' && this.#row >= goodRow) this.#end();
  }

  #worsen(bad: TrafficFailure): void {
    if (this.#breaker !== 'closed') {
      // What was sent before the address was refused is no news.
      if (this.#refuses) return;
      if (this.#breaker === 'half-open') return this.#open(bad);
      this.#hold();
      if (this.#silentMoments < maxSilentMoments) return;
      this.#refuses = true;
      this.#trouble = bad.failure;
      return this.#tell();
    }
    const count = this.#recent.filter((good) => !good).length;
    const many = this.#recent.length === windowSize && count >= windowSize * maxShare;
    if (this.#unproven !== 'no' || -this.#row >= maxRow || many) this.#open(bad);
  }

  /** Nothing more goes there, for a while. The failure that is told is the first one, because it is read for longer than a moment. */
  #open({ failure, silent }: TrafficFailure): void {
    const relapsed = this.#clock.monotonic() - this.#endedAt < relapseMs;
    const again = this.#breaker === 'half-open' || this.#unproven !== 'no' || relapsed;
    this.#holdMs = again ? Math.min(maxHoldMs, this.#holdMs * 2) : holdMs;
    const refused = this.#refuses || this.#unproven === 'refused';
    this.#refuses = silent && (refused || this.#silentMoments >= maxSilentMoments);
    this.#breaker = 'open';
    this.#trouble = this.#trouble !== undefined && this.#refuses === refused ? this.#trouble : failure;
    this.#unproven = 'no';
    this.#hold();
    this.#tell();
  }

  #hold(): void {
    this.#timer?.cancel();
    this.#timer = this.#clock.setTimeout(() => this.#halfOpen(), this.#holdMs);
  }

  #halfOpen(): void {
    this.#breaker = 'half-open';
    this.#row = 0;
    this.#trials.clear();
    this.#tell();
  }

  #end(): void {
    this.#timer?.cancel();
    const proven = this.#row >= goodRow || this.#trials.isProven;
    this.#unproven = proven ? 'no' : this.#refuses ? 'refused' : 'yes';
    this.#breaker = 'closed';
    this.#trouble = undefined;
    this.#refuses = false;
    this.#endedAt = this.#clock.monotonic();
    this.#forget();
    this.#tell();
  }

  #forget(): void {
    this.#trials.clear();
    this.#recent = [];
    this.#row = 0;
    this.#silentMoments = 0;
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
