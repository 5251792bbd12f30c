import { type Clock, systemClock } from '../id/clock.ts';
import type { Logger } from '../logs/logger.ts';

/** One thing to end before the process may. */
export interface ShutdownStep {
  /** For logs and counters: `drain-requests`. */
  readonly name: string;
  /** At most this many milliseconds; default: what is left of the whole. */
  readonly timeoutMs?: number;
  /** The signal is aborted when the step's time is over. */
  run(signal: AbortSignal): Promise<void> | void;
}

/** How a step went. */
export interface StepResult {
  readonly name: string;
  readonly outcome: 'done' | 'failed' | 'timed-out';
  readonly seconds: number;
}

/** How the steps are run. */
export interface ShutdownOptions {
  /** For all steps together, in milliseconds. */
  readonly deadlineMs: number;
  readonly logger: Logger;
  /** Leaves out the lines of steps that went well, where a sentence of another kind is to follow. */
  readonly quiet?: boolean;
  /** Default: the system clock. */
  readonly clock?: Clock;
}

/** What a step gets even when the deadline has passed, so that storage is closed after a drain that hung. */
const lastChanceMs = 1000;

/**
 * Runs the steps one after the other, in this order. A step that fails or does not end in time is logged and left behind, and the
 * next one runs all the same. Never rejects.
 */
export async function runShutdown(steps: readonly ShutdownStep[], options: ShutdownOptions): Promise<StepResult[]> {
  const { clock = systemClock, logger } = options;
  const deadline = clock.monotonic() + options.deadlineMs;
  const results: StepResult[] = [];
  for (const step of steps) {
    const startedAt = clock.monotonic();
    const limitMs = Math.min(step.timeoutMs ?? Infinity, Math.max(lastChanceMs, deadline - startedAt));
    const { outcome, error } = await runStep(step, clock, limitMs);
    const result = { name: step.name, outcome, seconds: (clock.monotonic() - startedAt) / 1000 };
    results.push(result);
    const fields = { step: result.name, number: results.length, of: steps.length, seconds: result.seconds };
    if (outcome === 'done') {
      if (options.quiet !== true) logger.info('Shutdown step done', fields);
    } else if (outcome === 'failed') logger.error('Shutdown step failed', { ...fields, err: error });
    else logger.error('Shutdown step was out of time', fields);
  }
  return results;
}

interface Ran {
  readonly outcome: StepResult['outcome'];
  readonly error?: unknown;
}

function runStep(step: ShutdownStep, clock: Clock, limitMs: number): Promise<Ran> {
  return new Promise((resolve) => {
    const late = new AbortController();
    const timer = clock.setTimeout(() => {
      late.abort(new Error(`the shutdown step ${step.name} is out of time`));
      resolve({ outcome: 'timed-out' });
    }, limitMs);
    const settle = (ran: Ran): void => {
      timer.cancel();
      resolve(ran);
    };
    attempt(step, late.signal).then(
      () => settle({ outcome: 'done' }),
      (error: unknown) => settle({ outcome: 'failed', error }),
    );
  });
}

/** A step that throws at once is one that rejects. */
async function attempt(step: ShutdownStep, signal: AbortSignal): Promise<void> {
  await step.run(signal);
}
