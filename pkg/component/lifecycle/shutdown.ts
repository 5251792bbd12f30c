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
  /** Default: the system clock. */
  readonly clock?: Clock;
}

/** What each step still gets when the deadline has passed, so that storage is closed even after a drain that hung. */
const lastChanceMs = 1000;

/**
 * Runs the steps one after the other, in this order. A step that fails or does not end in time is logged and left behind; the
 * next one runs all the same. Never rejects.
 */
export async function runShutdown(
  steps: readonly ShutdownStep[],
  options: ShutdownOptions,
): Promise<readonly StepResult[]> {
  const { clock = systemClock, logger } = options;
  const deadline = clock.monotonic() + options.deadlineMs;
  const results: StepResult[] = [];
  for (const [index, step] of steps.entries()) {
    const startedAt = clock.monotonic();
    const limitMs = Math.min(step.timeoutMs ?? Infinity, Math.max(lastChanceMs, deadline - startedAt));
    const { outcome, error } = await runStep(step, { clock, limitMs });
    const seconds = (clock.monotonic() - startedAt) / 1000;
    const fields = { step: step.name, number: `${index + 1}/${steps.length}`, seconds };
    if (outcome === 'done') logger.info('Shutdown step done', fields);
    else logger.error(`Shutdown step ${outcome}`, { ...fields, ...(error === undefined ? {} : { err: error }) });
    results.push({ name: step.name, outcome, seconds });
  }
  return results;
}

interface Ran {
  readonly outcome: StepResult['outcome'];
  readonly error?: unknown;
}

async function runStep(step: ShutdownStep, limit: { readonly clock: Clock; readonly limitMs: number }): Promise<Ran> {
  const late = new AbortController();
  const timedOut = new Promise<Ran>((resolve) => {
    late.signal.addEventListener('abort', () => resolve({ outcome: 'timed-out' }));
  });
  const timer = limit.clock.setTimeout(
    () => late.abort(new Error(`shutdown step ${step.name} is out of time`)),
    limit.limitMs,
  );
  const ran = attempt(step, late.signal);
  const result = await Promise.race([ran, timedOut]);
  timer.cancel();
  return result;
}

async function attempt(step: ShutdownStep, signal: AbortSignal): Promise<Ran> {
  try {
    await step.run(signal);
    return { outcome: 'done' };
  } catch (error) {
    return { outcome: 'failed', error };
  }
}
