import type { TokenReview } from '../../../apis/authentication.k8s.io/v1/token-review-schema.ts';
import { newBadRequest, newInternalError } from '../../apimachinery/errors/constructors.ts';
import type { Review } from '../endpoints/handlers/review.ts';
import { AuthenticationError } from './authentication-error.ts';
import { withAuthenticatedGroup } from './authenticator.ts';
import { toReviewedUser } from './reviewed-user.ts';
import { authenticateToken, type TokenAuthenticator } from './token-authenticator.ts';

/** What tokens are reviewed by. */
export interface TokenReviewOptions {
  readonly authenticators: readonly TokenAuthenticator[];
  /** Names of this API: what a token has to be meant for when the review does not say. */
  readonly audiences: readonly string[];
  readonly now: () => number;
}

/**
 * Tells services whose a token is that was shown to them. A token that is not good is no error: the answer says why. Source: kubernetes
 * `pkg/registry/authentication/tokenreview`.
 */
export function newTokenReview({ authenticators, audiences, now }: TokenReviewOptions): Review<TokenReview> {
  return {
    async review({ kind, apiVersion, metadata, spec }) {
      const { token = '', audiences: wanted = [] } = spec;
      if (token === '') throw newBadRequest('token is required for TokenReview in authentication');
      const asked = wanted.length > 0 ? wanted : audiences;
      const status = await judge(authenticators, token, { audiences: asked, now: now() });
      return { kind, apiVersion, metadata, spec, status };
    },
  };
}

async function judge(
  authenticators: readonly TokenAuthenticator[],
  token: string,
  query: { readonly audiences: readonly string[]; readonly now: number },
): Promise<NonNullable<TokenReview['status']>> {
  try {
    const { user, audiences } = await authenticateToken(authenticators, token, query);
    if (query.audiences.length > 0 && audiences.length === 0) throw newInternalError('error validating audiences');
    return {
      authenticated: true,
      user: toReviewedUser(withAuthenticatedGroup(user)),
      ...(audiences.length === 0 ? {} : { audiences: [...audiences] }),
    };
  } catch (error) {
    if (!(error instanceof AuthenticationError)) throw error;
    return { user: {}, error: error.message };
  }
}
