import type { Clock, Timer } from '../../component/id/clock.ts';
import type { BackendFailure } from '../proxy/backend-failure.ts';
import type { Transport } from '../proxy/interface.ts';
import { isCertain, isConclusive, isConnectFailure, isOwnFailure, isSameVerdict, isTimeout } from './failure-kinds.ts';
import type { Prober, ProbeTarget, Verdict } from './interface.ts';
import { newPatience, type Patience } from './patience.ts';
import { type Answer, newQuestions, type Question, type Questions, type QuestionsOptions } from './questions.ts';
import type { Traffic } from './traffic.ts';
import {
  chooseScout,
  chooseTargets,
  isSilent,
  isWell,
  newTargetState,
  noteFall,
  type TargetState,
} from './target-state.ts';

/** Time between two probes of a backend: it and the patience with one that was well are less than 1.5 s together, with a margin. */
const intervalMs = 800;
/** While something is wrong that a probe finds out at once, so that a service that starts is found within a second. */
const quickIntervalMs = 500;
/** Between two questions of a rise: five of them and the quick interval are less than a second together. */
const riseIntervalMs = 80;
/** Share of the interval that is left out at random at most, so that probes of many backends do not march in step. */
const jitter = 0.1;
/** Probes of one backend at a time. */
const maxRunning = 16;
/** Questions at a time to a backend that never answered any: each begins with a handshake, and may cost it more than it has. */
const maxFirstQuestions = 3;
/**
 * Once a backend is back, everybody is asked who was not within this time: less than any interval, so that nobody is left out, and
 * not nothing, so that a backend that refuses every other connection is not asked without a pause.
 */
const recoveryMs = 400;
/** Failed requests within this time after a question ask no further one. */
const debounceMs = 100;

/** What a prober needs. */
export interface ProberOptions extends QuestionsOptions {
  readonly random: () => number;
  /** Hears of good answers, and of a return. */
  readonly traffic?: Pick<Traffic, 'probed' | 'revived'> | undefined;
  /** Called when a connection that stood is gone, and another is there: perhaps the backend was replaced, unseen by any probe. */
  readonly onReconnect?: (() => void) | undefined;
}

/** A prober of the backend behind a transport. It begins with the first target. */
export function newProber(transport: Transport, options: ProberOptions): Prober {
  return new BackendProber(transport, options);
}

function toQuestion(state: TargetState): Question {
  return {
    path: state.target.path,
    hope: isSilent(state) ? 'low' : 'high',
    onAsked: (askedAt) => void (state.askedAt = askedAt),
  };
}

class BackendProber implements Prober {
  readonly #options: ProberOptions;
  readonly #clock: Clock;
  readonly #patience: Patience = newPatience();
  readonly #states = new Set<TargetState>();
  readonly #waiting = new Set<TargetState>();
  readonly #questions: Questions;
  readonly #closed = new AbortController();
  #lastSuccess: number | undefined;
  /** When one of the targets last became available again. */
  #risenAt = -Infinity;
  #running = 0;
  /** Why nobody gets through to the backend, while that is so. */
  #down: BackendFailure | undefined;
  /** Whether the last answer came over a connection that had been there before. */
  #reused: boolean | undefined;
  /** When the backend last answered anything. */
  #answeredAt = -Infinity;
  #timer: Timer | undefined;

  constructor(transport: Transport, options: ProberOptions) {
    this.#options = options;
    this.#clock = options.clock;
    this.#questions = newQuestions(transport, options);
  }

  get lastSuccess(): number | undefined {
    return this.#lastSuccess;
  }

  watch(target: ProbeTarget): () => void {
    const state = newTargetState(target);
    this.#states.add(state);
    this.#enqueue([state]);
    this.#timer ??= this.#startTimer();
    return () => {
      this.#states.delete(state);
      this.#waiting.delete(state);
    };
  }

  reportFailure(failure: BackendFailure): void {
    if (isOwnFailure(failure) || this.#down !== undefined) return;
    const scout = chooseScout(this.#states);
    if (scout === undefined) return;
    if (isConclusive(failure)) this.#failAll(failure);
    else if (this.#clock.monotonic() - scout.askedAt < debounceMs) return;
    this.#enqueue([scout]);
  }

  close(): void {
    this.#timer?.cancel();
    this.#states.clear();
    this.#waiting.clear();
    this.#closed.abort();
    this.#questions.close();
  }

  #startTimer(): Timer {
    const failures = [...this.#states].map(({ verdict }) =>
      verdict?.available === false ? verdict.failure : undefined,
    );
    const unwell = failures.filter((failure) => failure !== undefined);
    const quick = unwell.some((failure) => !isTimeout(failure));
    const delayMs = (quick ? quickIntervalMs : intervalMs) * (1 - jitter * this.#options.random());
    return this.#clock.setTimeout(() => this.#tick(), delayMs);
  }

  #tick(): void {
    this.#timer = this.#startTimer();
    if (this.#answeredAt === -Infinity && this.#questions.open >= maxFirstQuestions) return;
    const scout = chooseScout(this.#states);
    const alone = this.#down !== undefined && scout !== undefined;
    this.#enqueue(alone ? [scout] : chooseTargets(this.#states, this.#clock.monotonic()));
  }

  #enqueue(states: Iterable<TargetState>): void {
    for (const state of states) this.#waiting.add(state);
    for (const state of this.#waiting) {
      if (this.#running >= maxRunning) return;
      this.#waiting.delete(state);
      if (!state.examined) void this.#look(state);
    }
  }

  async #look(state: TargetState): Promise<void> {
    this.#running++;
    if (this.#down === undefined && isWell(state)) await this.#examine(state);
    else await this.#revisit(state);
    this.#running--;
    this.#enqueue([]);
  }

  /** Asks a target that is not well. What has failed is available again after some good answers in a row. */
  async #revisit(state: TargetState): Promise<void> {
    let answer = await this.#ask(state);
    for (let good = 1; answer.verdict.available && !isWell(state) && good < this.#riseOf(state); good++) {
      await this.#pause(riseIntervalMs);
      answer = await this.#ask(state);
    }
    this.#settle(state, answer);
  }

  /** Once one has proved itself, the others have only to answer. */
  #riseOf({ rise }: TargetState): number {
    return this.#clock.monotonic() - this.#risenAt < intervalMs ? 1 : rise;
  }

  #pause(ms: number): Promise<void> {
    const { signal } = this.#closed;
    return new Promise((resolve) => {
      const end = (): void => {
        timer.cancel();
        signal.removeEventListener('abort', end);
        resolve();
      };
      const timer = this.#clock.setTimeout(end, ms);
      signal.addEventListener('abort', end, { once: true });
      if (signal.aborted) end();
    });
  }

  /**
   * Asks a target that was well, or is new. One lost answer proves nothing: a failure counts when a second question fails as well, and
   * a silence when nothing else has been answered meanwhile.
   */
  async #examine(state: TargetState): Promise<void> {
    state.examined = true;
    const { running } = this.#options;
    const patienceMs = this.#patience.wellMs();
    // A new one has no connection yet that could have died unnoticed, and no second handshake is faster than the first.
    const hedged = this.#answeredAt > -Infinity;
    const hedge = hedged ? running.setTimeout(() => this.#hedge(state), patienceMs / 2) : undefined;
    const first = await this.#askWithin(state, patienceMs);
    hedge?.cancel();
    const again = !first.verdict.available && !isTimeout(first.verdict.failure) && !isCertain(first.verdict.failure);
    this.#settle(state, again ? await this.#askWithin(state, patienceMs) : first);
    state.examined = false;
  }

  /** Half of the patience is over: asks once more, with time enough for a slow answer, and somebody else as a witness. */
  #hedge(state: TargetState): void {
    const witness = chooseScout(
      [...this.#states].filter((other) => other !== state && !other.examined && isWell(other)),
    );
    for (const asked of witness === undefined ? [state] : [state, witness]) {
      void this.#questions.ask(toQuestion(asked)).then((answer) => this.#settleLate(asked, answer));
    }
  }

  /** Of a question that no verdict waits for only the good answer counts. */
  #settleLate(state: TargetState, answer: Answer): void {
    this.#hear(answer);
    if (answer.verdict.available) this.#settle(state, answer);
  }

  async #ask(state: TargetState): Promise<Answer> {
    const answer = await this.#questions.ask(toQuestion(state));
    this.#hear(answer);
    return answer;
  }

  async #askWithin(state: TargetState, patienceMs: number): Promise<Answer> {
    const onLate = (late: Answer): void => this.#settleLate(state, late);
    const answer = await this.#questions.askWithin(toQuestion(state), patienceMs, onLate);
    this.#hear(answer);
    return answer;
  }

  #hear({ answered, waitedMs, reused }: Answer): void {
    if (!answered) return;
    this.#patience.observe(waitedMs);
    // Questions that are asked at the same time need several connections anyway.
    if (this.#reused === true && reused === false && this.#questions.open === 0) this.#options.onReconnect?.();
    this.#reused = reused;
    this.#answeredAt = this.#clock.monotonic();
  }

  #settle(state: TargetState, { verdict, answered, askedAt }: Answer): void {
    if (!this.#states.has(state)) return;
    if (verdict.available) {
      state.availableAt = this.#clock.monotonic();
      this.#lastSuccess = this.#clock.now();
      this.#options.traffic?.probed();
    }
    // An answer to a later question has overtaken this failure.
    else if (askedAt < state.availableAt || isOwnFailure(verdict.failure)) return;
    else if (!answered && this.#concernsAll(verdict.failure, askedAt)) return this.#failAll(verdict.failure);
    const recovered = answered && this.#down !== undefined;
    if (recovered) this.#down = undefined;
    const flipped = this.#record(state, verdict);
    if (recovered) this.#enqueue(this.#others(state, recoveryMs));
    // What has happened to one has often happened to all.
    else if (flipped) this.#enqueue(this.#others(state, intervalMs));
  }

  /** From here on its return is looked for, and not only when the interval of the well is over. */
  #noteFall(state: TargetState): void {
    noteFall(state, this.#clock.monotonic());
    this.#timer?.cancel();
    this.#timer = this.#startTimer();
  }

  #concernsAll(failure: BackendFailure, askedAt: number): boolean {
    return isConnectFailure(failure) || (isTimeout(failure) && this.#answeredAt < askedAt);
  }

  /** Those that were not asked for some time. */
  #others(state: TargetState, sinceMs: number): TargetState[] {
    const until = this.#clock.monotonic() - sinceMs;
    return [...this.#states].filter((other) => other !== state && other.askedAt <= until);
  }

  #failAll(failure: BackendFailure): void {
    this.#down = failure;
    for (const state of this.#states) this.#record(state, { available: false, failure });
  }

  /** Keeps a verdict and tells whether it turned. */
  #record(state: TargetState, verdict: Verdict): boolean {
    const known = state.verdict;
    if (known !== undefined && isSameVerdict(known, verdict)) return false;
    const flipped = known !== undefined && known.available !== verdict.available;
    state.verdict = verdict;
    if (flipped && verdict.available) {
      this.#risenAt = state.risenAt = this.#clock.monotonic();
      // What requests have met there before says nothing of what they will meet now.
      this.#options.traffic?.revived();
    } else if (flipped) this.#noteFall(state);
    state.target.onVerdict(verdict);
    return flipped;
  }
}
