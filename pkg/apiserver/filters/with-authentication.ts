import type { Logger } from '../../component/logs/logger.ts';
import { newUnauthorized } from '../../apimachinery/errors/constructors.ts';
import type { StatusError } from '../../apimachinery/errors/status-error.ts';
import { AuthenticationError } from '../authentication/authentication-error.ts';
import { type Authenticator, authenticateRequest } from '../authentication/authenticator.ts';
import { newIdentityHeaderTest, standardFrontProxyHeaders } from '../authentication/front-proxy.ts';
import { removeHeaders } from '../authentication/header-lines.ts';
import type { RequestContext } from '../request-context.ts';
import type { Filter } from '../server/filter.ts';
import { anonymousUser, type UserInfo } from '../user-info.ts';

/**
 * Finds out who asks. Without credentials that is `system:anonymous`; bad ones are a 401. The credentials are removed from the
 * request, so that no handler and no backend ever sees them. Nothing is awaited when no authenticator has to.
 */
export function withAuthentication(authenticators: readonly Authenticator[], logger: Logger): Filter {
  const isStandard = newIdentityHeaderTest(standardFrontProxyHeaders);
  const owners = authenticators.filter((each) => each.ownsHeader !== undefined);
  const isCredential = (name: string): boolean =>
    name === 'authorization' || isStandard(name) || owners.some((each) => each.ownsHeader?.(name) === true);
  const admit = (context: RequestContext, user: UserInfo | undefined): void => {
    context.user = user ?? anonymousUser;
    removeHeaders(context.request, isCredential);
  };
  const refuse = (context: RequestContext, error: unknown): StatusError => {
    if (!(error instanceof AuthenticationError)) throw error;
    const { message: why, hint } = error;
    logger.info('authentication failed', { auditID: context.auditID, why, ...(hint === '' ? {} : { hint }) });
    return newUnauthorized();
  };
  return {
    name: 'authentication',
    async run(context, next) {
      try {
        const user = authenticateRequest(authenticators, context);
        admit(context, user instanceof Promise ? await user : user);
      } catch (error) {
        throw refuse(context, error);
      }
      return next();
    },
  };
}
