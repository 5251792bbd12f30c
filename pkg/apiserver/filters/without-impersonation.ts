import type { IncomingHttpHeaders } from 'node:http';
import { newForbidden } from '../../apimachinery/errors/constructors.ts';
import { toGoQuoted } from '../../apimachinery/validation/go-string.ts';
import type { Filter } from '../server/filter.ts';

/**
 * Refuses to act for somebody else with a 403, because impersonation is not supported: a client that asks for less than its own rights
 * (`kubectl --as`) must not be served with all of them. The text begins as upstream's to those who may not impersonate
 * (apiserver `pkg/endpoints/filters/impersonation`).
 */
export function withoutImpersonation(): Filter {
  return {
    name: 'impersonation',
    async run(context, next) {
      const header = findImpersonation(context.request.headers);
      if (header !== undefined) {
        const [resource, name] = toTarget(header, context.request.headers);
        const who = toGoQuoted(context.user.name);
        throw newForbidden(
          { group: '', resource },
          name,
          `User ${who} cannot impersonate resource "${resource}" in API group "" at the cluster scope: this server does not support impersonation, leave out the header ${header}`,
        );
      }
      await next();
    },
  };
}

function findImpersonation(headers: IncomingHttpHeaders): string | undefined {
  if (headers['impersonate-user'] !== undefined) return 'impersonate-user';
  return Object.keys(headers).find((name) => /^impersonate-(?:group|uid|extra-.*)$/.test(name));
}

function toTarget(header: string, headers: IncomingHttpHeaders): [resource: string, name: string] {
  const name = String(headers[header]);
  if (header === 'impersonate-user') return ['users', name];
  if (header === 'impersonate-group') return ['groups', name];
  return [header === 'impersonate-uid' ? 'uids' : 'userextras', name];
}
