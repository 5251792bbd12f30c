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
