import type { RequestContext } from '../request-context.ts';

/** Subresources that stream until one side ends them. */
const streamingSubresources: ReadonlySet<string> = new Set(['attach', 'exec', 'proxy', 'log', 'portforward']);

/**
 * Requests that may run for hours: watches, streaming subresources, tunnels, and reads that follow. Upstream knows the first two
 * only, which cuts the streams of aggregated services (kubernetes/kubernetes#73421); here a connection upgrade or `follow=true`
 * counts as well.
 */
export function isLongRunning({ info, query, upgrade }: Pick<RequestContext, 'info' | 'query' | 'upgrade'>): boolean {
  if (upgrade !== undefined || info.verb === 'watch' || info.verb === 'proxy') return true;
  if (streamingSubresources.has(info.subresource)) return true;
  if (!info.isResourceRequest || (info.verb !== 'get' && info.verb !== 'list')) return false;
  const follow = query.get('follow');
  return follow === 'true' || follow === '1';
}
