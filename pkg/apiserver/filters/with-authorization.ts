import type { Authorizer } from '../authorization/authorizer.ts';
import { newAuthorizationForbidden } from '../authorization/forbidden-text.ts';
import type { Filter } from '../server/filter.ts';

/** Lets in who may do what the request is about. An authorizer that fails denies: its error is a 500, never a pass. */
export function withAuthorization(authorizer: Authorizer): Filter {
  return {
    name: 'authorization',
    async run(context, next) {
      const decision = await authorizer.authorize(context);
      if (decision.verdict !== 'allow') throw newAuthorizationForbidden(context, decision.reason);
      await next();
    },
  };
}
