import type { Logger } from '../../component/logs/logger.ts';
import type { Authorizer } from '../authorization/authorizer.ts';
import { checkImpersonation } from '../impersonation/check-impersonation.ts';
import { takeWantedUser } from '../impersonation/wanted-user.ts';
import type { RequestContext } from '../request-context.ts';
import type { Filter } from '../server/filter.ts';
import type { UserInfo } from '../user-info.ts';
import { forbidSniffing } from './forbid-sniffing.ts';

/** Verbosity from which it is logged who acts for whom. */
const logLevel = 3;

/**
 * Lets a request go on as another user (`kubectl --as`), if the one who asks may do so: everything behind, also a backend, sees that
 * user alone. The one who asks is kept in `context.impersonation`, for the log and for audit.
 */
export function withImpersonation(authorizer: Authorizer, logger: Logger): Filter {
  return {
    name: 'impersonation',
    async run(context, next) {
      try {
        const wanted = takeWantedUser(context.request);
        if (wanted !== undefined) await impersonate(context, wanted);
      } catch (error) {
        forbidSniffing(context.response);
        throw error;
      }
      return next();
    },
  };

  async function impersonate(context: RequestContext, wanted: UserInfo): Promise<void> {
    const { user: requestor, info, auditID } = context;
    const { user, constraint } = await checkImpersonation({ requestor, wanted, info }, authorizer);
    context.user = user;
    context.impersonation = { requestor, constraint };
    if (!logger.enabled(logLevel)) return;
    logger.debug(logLevel, 'impersonation', { auditID, requestor: toText(requestor), user: toText(user), constraint });
  }
}

function toText({ name, groups }: UserInfo): string {
  return groups.length === 0 ? name : `${name}[${groups.join(',')}]`;
}
