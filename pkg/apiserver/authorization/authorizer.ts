import type { RequestInfo } from '../endpoints/request-info.ts';
import type { UserInfo } from '../user-info.ts';

/** What is asked of an authorizer. */
export interface AuthorizationRequest {
  readonly user: UserInfo;
  readonly info: RequestInfo;
}

/** Allow and deny end the question; no opinion passes it on, and in the end means deny. */
export interface Decision {
  readonly verdict: 'allow' | 'deny' | 'no-opinion';
  readonly reason: string;
}

/** Decides who may do what (Go: `authorizer.Authorizer`). */
export interface Authorizer {
  authorize(request: AuthorizationRequest): Decision | Promise<Decision>;
}

const noOpinion: Decision = { verdict: 'no-opinion', reason: '' };
const allow: Decision = { verdict: 'allow', reason: '' };

/** Allows everything to members of these groups. */
export function newPrivilegedGroups(groups: readonly string[]): Authorizer {
  const privileged = new Set(groups);
  return { authorize: ({ user }) => (user.groups.some((group) => privileged.has(group)) ? allow : noOpinion) };
}

/** Allows reading these paths to everybody. A path that ends in `*` is a prefix. */
export function newAlwaysAllowPaths(paths: readonly string[]): Authorizer {
  const exact = new Set(paths.filter((path) => !path.endsWith('*')));
  const prefixes = paths.filter((path) => path.endsWith('*')).map((path) => path.slice(0, -1));
  return {
    authorize({ info }) {
      if (info.isResourceRequest || (info.verb !== 'get' && info.verb !== 'head')) return noOpinion;
      const listed = exact.has(info.path) || prefixes.some((prefix) => info.path.startsWith(prefix));
      return listed ? allow : noOpinion;
    },
  };
}

/** Asks each in order; the first that has an opinion decides. The reasons of those without one are joined. */
export function newUnionAuthorizer(authorizers: readonly Authorizer[]): Authorizer {
  return {
    async authorize(request) {
      const reasons: string[] = [];
      for (const authorizer of authorizers) {
        const decision = await authorizer.authorize(request);
        if (decision.verdict !== 'no-opinion') return decision;
        if (decision.reason !== '') reasons.push(decision.reason);
      }
      return { verdict: 'no-opinion', reason: reasons.join('\n') };
    },
  };
}
