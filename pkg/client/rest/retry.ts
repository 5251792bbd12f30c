import type { Clock } from '../../component/id/clock.ts';
import { sleep } from '../../component/id/sleep.ts';
import type { Deadline } from './deadline.ts';
import { RESTError } from './rest-error.ts';
import type { WireAnswer } from './transport.ts';

/** client-go's limit for answers that say `Retry-After`. */
const maxRetries = 10;

/** A request that can be sent more than once. */
export interface Attempts {
  /** Sends the request and answers with the head. */
  send(): Promise<WireAnswer>;
  /** The request changes nothing. */
  readonly readOnly: boolean;
  readonly clock: Clock;
  readonly deadline: Deadline;
}

/**
 * Sends, and sends again when the server asks for it with `Retry-After` and there is time (Go: `rest.withRetry`). A kept
 * connection that the server has just closed is no failure either for a request that changes nothing.
 */
export async function sendWithRetries(attempts: Attempts): Promise<WireAnswer> {
  const { clock, deadline } = attempts;
  for (let retries = 0; ; retries++) {
    const answer = await sendOverLiveConnection(attempts);
    const delayMs = toRetryDelayMs(answer);
    // Who cannot wait that long learns more from the answer than from a timeout.
    if (delayMs === undefined || retries >= maxRetries || delayMs >= deadline.remainingMs()) return answer;
    await answer.body.dump();
    await sleep(clock, delayMs, deadline.signal);
  }
}

async function sendOverLiveConnection(attempts: Attempts): Promise<WireAnswer> {
  try {
    return await attempts.send();
  } catch (error) {
    const broken = error instanceof RESTError && error.code === 'Broken';
    if (!broken || !attempts.readOnly || attempts.deadline.signal.aborted) throw error;
    return attempts.send();
  }
}

/** What the server asks to wait before the next try: whole seconds, with 429 or a server error. */
function toRetryDelayMs({ status, headers }: WireAnswer): number | undefined {
  if (status !== 429 && status < 500) return undefined;
  const value = headers['retry-after'];
  return typeof value === 'string' && /^\d{1,6}$/.test(value) ? Number(value) * 1000 : undefined;
}
