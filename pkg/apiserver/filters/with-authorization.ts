import type { Authorizer, Decision } from '../authorization/authorizer.ts';
import { newAuthorizationForbidden } from '../authorization/forbidden-text.ts';
import { readOtherwise } from '../authorization/path-readings.ts';
import type { RequestInfo } from '../endpoints/request-info.ts';
import type { RequestContext } from '../request-context.ts';
import type { Filter } from '../server/filter.ts';
import { forbidSniffing } from './forbid-sniffing.ts';

/**
 * Lets in who may do what the request is about. An authorizer that fails denies: its error is logged and answered with a 500, and never
 * lets anybody pass. Where the decision is there at once, nothing waits for it.
 */
export function withAuthorization(authorizer: Authorizer): Filter {
  return {
    name: 'authorization',
    async run(context, next) {
      const { user } = context;
      const decision = authorizer.authorize({ user, info: context.info });
      check(decision instanceof Promise ? await decision : decision, context, context.info);
      for (const info of readOtherwise(context)) check(await authorizer.authorize({ user, info }), context, info);
      context.authorize = async (verb) => {
        const info = { ...context.info, verb };
        check(await authorizer.authorize({ user, info }), context, info);
      };
      await next();
    },
  };
}

function check({ verdict, reason }: Decision, { user, response }: RequestContext, info: RequestInfo): void {
  if (verdict === 'allow') return;
  forbidSniffing(response);
  throw newAuthorizationForbidden({ user, info }, reason);
}
