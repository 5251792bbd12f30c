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

/** Decides who may do what (Go: `authorizer.Authorizer`). What it throws, or rejects with, is no permission. */
export interface Authorizer {
  /** A promise is for those that have to ask somebody; the way of a request is shorter without one. */
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

/**
 * Asks each in order; the first that has an opinion decides. The reasons of those without one are joined. One that fails has no opinion:
 * when nobody else has one, the answer is its error. Answers without a promise when nobody gave one. Source: apiserver
 * `pkg/authorization/union`.
 */
export function newUnionAuthorizer(authorizers: readonly Authorizer[]): Authorizer {
  return { authorize: (request) => askFrom(authorizers, 0, { request, reasons: [], errors: [] }) };
}

interface Question {
  readonly request: AuthorizationRequest;
  readonly reasons: string[];
  readonly errors: unknown[];
}

function askFrom(authorizers: readonly Authorizer[], start: number, question: Question): Decision | Promise<Decision> {
  for (let at = start; at < authorizers.length; at++) {
    let decision;
    try {
      decision = authorizers[at]?.authorize(question.request);
    } catch (error) {
      question.errors.push(error);
      continue;
    }
    if (decision instanceof Promise) return waitFor(decision, authorizers, { at, question });
    if (decision === undefined) continue;
    if (decision.verdict !== 'no-opinion') return decision;
    if (decision.reason !== '') question.reasons.push(decision.reason);
  }
  return conclude(question);
}

async function waitFor(
  pending: Promise<Decision>,
  authorizers: readonly Authorizer[],
  { at, question }: { at: number; question: Question },
): Promise<Decision> {
  try {
    const decision = await pending;
    if (decision.verdict !== 'no-opinion') return decision;
    if (decision.reason !== '') question.reasons.push(decision.reason);
  } catch (error) {
    question.errors.push(error);
  }
  return askFrom(authorizers, at + 1, question);
}

function conclude({ reasons, errors }: Question): Decision {
  if (errors.length > 0) throw new AggregateError(errors, 'nobody allows it, and an authorizer failed');
  return { verdict: 'no-opinion', reason: reasons.length === 0 ? '' : reasons.join('\n') };
}
