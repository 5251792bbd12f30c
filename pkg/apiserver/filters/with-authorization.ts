import type { Authorizer } from '../authorization/authorizer.ts';
import { newAuthorizationForbidden } from '../authorization/forbidden-text.ts';
import type { RequestInfo } from '../endpoints/request-info.ts';
import type { Filter } from '../server/filter.ts';

/** Lets in who may do what the request is about. An authorizer that fails denies: its error is a 500, never a pass. */
export function withAuthorization(authorizer: Authorizer): Filter {
  return {
    name: 'authorization',
    async run(context, next) {
      const { user } = context;
      const authorize = async (info: RequestInfo): Promise<void> => {
        const decision = await authorizer.authorize({ user, info });
        if (decision.verdict !== 'allow') throw newAuthorizationForbidden({ user, info }, decision.reason);
      };
      await authorize(context.info);
      context.authorize = (verb) => authorize({ ...context.info, verb });
      await next();
    },
  };
}
