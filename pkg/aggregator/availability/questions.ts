import type { Clock, Timer } from '../../component/id/clock.ts';
import type { AggregatorObserver } from '../metrics/observer.ts';
import { toAddress } from '../proxy/authority.ts';
import { newClosingFailure, newTimeoutFailure } from '../proxy/exchange-failure.ts';
import type { Transport } from '../proxy/interface.ts';
import { isTimeout } from './failure-kinds.ts';
import { maxPatienceMs } from './patience.ts';
import { probe, type ProbeResult } from './probe.ts';
import type { RunningTime } from './running-time.ts';
import type { Hope, Slots } from './slots.ts';

/** Answer to a question, and what it took. */
export interface Answer extends ProbeResult {
  /** When the question was asked, in monotonic milliseconds. */
  readonly askedAt: number;
  /** How long it was waited for, in running time; and for how long this process did not run meanwhile. */
  readonly waitedMs: number;
  readonly lostMs: number;
}

/** What is asked, and who hears of it. */
export interface Question {
  /** `/apis/<group>/<version>`. */
  readonly path: string;
  readonly hope: Hope;
  /** It is asked now. */
  readonly onAsked: (askedAt: number) => void;
}

/** Questions to one backend. */
export interface Questions {
  /** How many are open, also those that nobody waits for any more. */
  readonly open: number;
  /** Asks when it is its turn, and waits as long as anybody should. */
  ask(question: Question): Promise<Answer>;
  /**
   * The same, and tells of a silence after this long. The question stays open: an answer that comes later is worth as much as one to
   * another question, and is told to `onLate`. What took its time because this process did not run is asked again.
   */
  askWithin(question: Question, patienceMs: number, onLate: (answer: Answer) => void): Promise<Answer>;
  /** Ends all of them. */
  close(): void;
}

/** What questions need. */
export interface QuestionsOptions {
  readonly clock: Clock;
  /** By which backends are waited for. */
  readonly running: RunningTime;
  /** Shared by all backends. */
  readonly slots: Slots;
  readonly observer?: Pick<AggregatorObserver, 'probed'> | undefined;
}

/** How long a question is open in real time at most, however little this process runs. */
const maxOpenMs = 60_000;

/** None is asked yet. */
export function newQuestions(transport: Transport, options: QuestionsOptions): Questions {
  const { clock, running, slots, observer } = options;
  const { settings } = transport;
  const asked = new Set<AbortController>();
  let open = 0;
  let closed = false;

  const ask = async ({ path, hope, onAsked }: Question): Promise<Answer> => {
    open++;
    const release = await slots.take(hope);
    const abort = new AbortController();
    asked.add(abort);
    if (closed) abort.abort(newClosingFailure(settings));
    const askedAt = clock.monotonic();
    const startedAt = running.now();
    onAsked(askedAt);
    const onLate = (): void => abort.abort(newTimeoutFailure(settings, maxPatienceMs));
    const deadline = running.setTimeout(onLate, maxPatienceMs);
    const result = await probe(transport, { path, timeoutMs: maxOpenMs, signal: abort.signal });
    const waitedMs = running.now() - startedAt;
    deadline.cancel();
    asked.delete(abort);
    release();
    open--;
    const ms = clock.monotonic() - askedAt;
    const failure = result.verdict.available ? undefined : result.verdict.failure;
    if (!closed) observer?.probed(toAddress(settings), { failure, ms });
    return { ...result, askedAt, waitedMs, lostMs: ms - waitedMs };
  };
  const askOnce: Questions['askWithin'] = (question, patienceMs, onLate) =>
    new Promise((resolve) => {
      let timer: Timer | undefined;
      let late = false;
      const onAsked = (askedAt: number): void => {
        question.onAsked(askedAt);
        timer = running.setTimeout(() => {
          late = true;
          const failure = newTimeoutFailure(settings, Math.round(patienceMs));
          const verdict = { available: false, failure } as const;
          resolve({ verdict, answered: false, askedAt, waitedMs: patienceMs, lostMs: 0 });
        }, patienceMs);
      };
      const onAnswer = (answer: Answer): void => {
        timer?.cancel();
        if (late) onLate(answer);
        else resolve(answer);
      };
      void ask({ ...question, onAsked }).then(onAnswer);
    });
  return {
    get open() {
      return open;
    },
    ask,
    async askWithin(question, patienceMs, onLate) {
      let leftMs = patienceMs;
      for (;;) {
        const answer = await askOnce(question, leftMs, onLate);
        leftMs -= answer.waitedMs;
        const silent = !answer.verdict.available && isTimeout(answer.verdict.failure);
        if (!silent || answer.lostMs < 1 || leftMs < 1) return answer;
      }
    },
    close() {
      closed = true;
      for (const each of asked) each.abort(newClosingFailure(settings));
    },
  };
}
