import type { RequestContext } from '../../apiserver/request-context.ts';
import type { RoundTripOptions } from '../proxy/interface.ts';

/** Discovery is asked for by every client before anything else: a backend that is slow there slows everybody. */
const discoveryTimeoutMs = 5000;

/** As long as upstream gives any request that is not meant to run on. */
const ordinaryTimeoutMs = 60_000;

const longRunningSubresources: ReadonlySet<string> = new Set(['attach', 'exec', 'log', 'portforward', 'proxy']);

/** How long a backend may take to begin its answer: no limit for what is meant to run on. */
export function limitsOf(context: RequestContext): RoundTripOptions {
  if (isLongRunning(context)) return {};
  return { timeoutMs: isDiscovery(context) ? discoveryTimeoutMs : ordinaryTimeoutMs };
}

/** Watches and streams. `follow` and `watch` count for any path: a backend may have streams of its own. */
function isLongRunning({ info, query }: RequestContext): boolean {
  if (info.verb === 'watch' || info.verb === 'proxy') return true;
  if (longRunningSubresources.has(info.subresource)) return true;
  return isTrue(query.get('watch')) || isTrue(query.get('follow'));
}

function isTrue(value: string | null): boolean {
  return value === '1' || value?.toLowerCase() === 'true';
}

/** `/apis/<group>/<version>`: the only path with these segments that is no resource. */
function isDiscovery({ info, path }: RequestContext): boolean {
  return !info.isResourceRequest && path.split('/').filter((segment) => segment !== '').length <= 3;
}
