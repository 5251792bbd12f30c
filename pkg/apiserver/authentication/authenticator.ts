import type { RequestContext } from '../request-context.ts';
import type { UserInfo } from '../user-info.ts';

/** Credentials were given and are not valid. `why` goes to the log, never to the client. */
export class AuthenticationError extends Error {
  constructor(why: string) {
    super(why);
    this.name = 'AuthenticationError';
  }
}

/** Tells who sends a request (Go: `authenticator.Request`). */
export interface Authenticator {
  readonly name: string;
  /** The user; `undefined` when the request carries no credentials of this kind. Throws an `AuthenticationError` for bad ones. */
  authenticate(context: RequestContext): Promise<UserInfo | undefined> | UserInfo | undefined;
}

/**
 * Asks each in order; the first that knows the user wins. If none does and at least one found bad credentials, that is the
 * answer: a bad token never becomes an anonymous request. Everybody who is known is in `system:authenticated`.
 */
export async function authenticateRequest(
  authenticators: readonly Authenticator[],
  context: RequestContext,
): Promise<UserInfo | undefined> {
  const failures: AuthenticationError[] = [];
  for (const authenticator of authenticators) {
    try {
      const user = await authenticator.authenticate(context);
      if (user !== undefined) return withAuthenticatedGroup(user);
    } catch (error) {
      if (!(error instanceof AuthenticationError)) throw error;
      failures.push(error);
    }
  }
  if (failures.length > 0) throw new AuthenticationError(failures.map(({ message }) => message).join('; '));
  return undefined;
}

const authenticatedGroup = 'system:authenticated';

function withAuthenticatedGroup(user: UserInfo): UserInfo {
  if (user.groups.includes(authenticatedGroup) || user.groups.includes('system:unauthenticated')) return user;
  return { ...user, groups: [...user.groups, authenticatedGroup] };
}
