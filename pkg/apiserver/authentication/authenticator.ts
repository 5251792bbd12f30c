import type { RequestContext } from '../request-context.ts';
import type { UserInfo } from '../user-info.ts';
import { AuthenticationError, joinFailures } from './authentication-error.ts';

/** Tells who sends a request (Go: `authenticator.Request`). */
export interface Authenticator {
  readonly name: string;
  /** Headers, by lower-case name, that are credentials to it: nobody behind authentication sees them, whoever sent them. */
  ownsHeader?(lowerName: string): boolean;
  /**
   * The user; `undefined` when the request carries no credentials of this kind. Throws an `AuthenticationError` for bad ones. Answers
   * without a promise whenever nothing has to be waited for: this is on the way of every request.
   */
  authenticate(context: RequestContext): Promise<UserInfo | undefined> | UserInfo | undefined;
}

/**
 * Asks each in order; the first that knows the user wins. If none does and at least one found bad credentials, that is the
 * answer: a bad token never becomes an anonymous request. Everybody who is known is in `system:authenticated`. Answers with a promise
 * only when an authenticator did.
 */
export function authenticateRequest(
  authenticators: readonly Authenticator[],
  context: RequestContext,
): Promise<UserInfo | undefined> | UserInfo | undefined {
  return askFrom({ authenticators, context, failures: [] }, 0);
}

interface Asking {
  readonly authenticators: readonly Authenticator[];
  readonly context: RequestContext;
  readonly failures: AuthenticationError[];
}

function askFrom(asking: Asking, from: number): Promise<UserInfo | undefined> | UserInfo | undefined {
  const { authenticators, context, failures } = asking;
  for (let at = from; at < authenticators.length; at++) {
    try {
      const user = authenticators[at]?.authenticate(context);
      if (user instanceof Promise) return finishLater(asking, at, user);
      if (user !== undefined) return withAuthenticatedGroup(user);
    } catch (error) {
      keepFailure(failures, error);
    }
  }
  if (failures.length > 0) throw joinFailures(failures);
  return undefined;
}

async function finishLater(
  asking: Asking,
  at: number,
  pending: Promise<UserInfo | undefined>,
): Promise<UserInfo | undefined> {
  try {
    const user = await pending;
    if (user !== undefined) return withAuthenticatedGroup(user);
  } catch (error) {
    keepFailure(asking.failures, error);
  }
  return askFrom(asking, at + 1);
}

function keepFailure(failures: AuthenticationError[], error: unknown): void {
  if (!(error instanceof AuthenticationError)) throw error;
  failures.push(error);
}

const authenticatedGroup = 'system:authenticated';

/** A user whose identity is proved, in the group of all such users (Go: `group.AuthenticatedGroupAdder`). */
export function withAuthenticatedGroup(user: UserInfo): UserInfo {
  if (user.groups.includes(authenticatedGroup) || user.groups.includes('system:unauthenticated')) return user;
  return { ...user, groups: [...user.groups, authenticatedGroup] };
}
