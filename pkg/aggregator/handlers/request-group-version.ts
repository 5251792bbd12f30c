import type { GroupVersion } from '../../apimachinery/schema/group-version.ts';
import type { RequestContext } from '../../apiserver/request-context.ts';

/**
 * The group/version that a request is for; `undefined` for a path outside of any. Resource requests go by `RequestInfo`, so that
 * what was authorized and what is routed can never be two things.
 */
export function groupVersionOf({ info, path }: RequestContext): GroupVersion | undefined {
  if (info.isResourceRequest) return { group: info.apiGroup, version: info.apiVersion };
  const segments = path.replace(/^\/+|\/+$/g, '').split('/');
  const [prefix, first = '', second = ''] = segments;
  if (prefix === 'api' && segments.length === 2) return decoded('', first);
  if (prefix === 'apis' && segments.length === 3) return decoded(first, second);
  return undefined;
}

function decoded(group: string, version: string): GroupVersion | undefined {
  try {
    return { group: decodeURIComponent(group), version: decodeURIComponent(version) };
  } catch {
    // Not UTF-8, so it is nobody's name.
    return undefined;
  }
}
