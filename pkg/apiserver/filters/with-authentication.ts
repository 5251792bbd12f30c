import type { Logger } from '../../component/logs/logger.ts';
import { newUnauthorized } from '../../apimachinery/errors/constructors.ts';
import { AuthenticationError, type Authenticator, authenticateRequest } from '../authentication/authenticator.ts';
import type { Filter } from '../server/filter.ts';
import { anonymousUser } from '../user-info.ts';

/**
 * Finds out who asks. Without credentials that is `system:anonymous`; bad ones are a 401. The credentials are removed from the
 * request, so that no handler and no backend ever sees them.
 */
export function withAuthentication(authenticators: readonly Authenticator[], logger: Logger): Filter {
  return {
    name: 'authentication',
    async run(context, next) {
      try {
        context.user = (await authenticateRequest(authenticators, context)) ?? anonymousUser;
      } catch (error) {
        if (!(error instanceof AuthenticationError)) throw error;
        logger.info('authentication failed', { auditID: context.auditID, why: error.message });
        throw newUnauthorized();
      }
      delete context.request.headers.authorization;
      await next();
    },
  };
}
