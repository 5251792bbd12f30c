import { parseGoDuration } from '../../apimachinery/time/duration.ts';
import { isLongRunning } from '../../apiserver/endpoints/long-running.ts';
import type { RequestContext } from '../../apiserver/request-context.ts';
import type { RoundTripOptions } from '../proxy/interface.ts';

/** Discovery is asked for by every client before anything else: a backend that is slow there slows everybody. */
const discoveryTimeoutMs = 5000;

/** How long a backend may take to begin its answer, by default: as upstream gives any request that is not meant to run on. */
const ordinaryTimeoutMs = 60_000;

/** How long a backend may take to begin its answer: no limit for what is meant to run on. */
export function limitsOf(context: RequestContext, ordinaryMs: number = ordinaryTimeoutMs): RoundTripOptions {
  if (isLongRunning(context)) return {};
  // Inside a group/version only its discovery document is no resource.
  return { timeoutMs: context.info.isResourceRequest ? ordinaryMs : Math.min(discoveryTimeoutMs, ordinaryMs) };
}

/**
 * Whether the client itself has set a time in which nobody need answer, such as `?timeout=10ms`. That it was over says nothing
 * against the backend; otherwise anybody could bring one into disrepute.
 */
export function isHurried({ query }: Pick<RequestContext, 'query'>): boolean {
  const text = query.get('timeout') ?? '';
  try {
    const asked = parseGoDuration(text);
    return asked > 0 && asked < discoveryTimeoutMs;
  } catch {
    return false;
  }
}
