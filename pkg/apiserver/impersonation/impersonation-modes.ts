import { validateDNS1123Subdomain } from '../../apimachinery/validation/dns-names.ts';
import { tryParseServiceAccountUser } from '../authentication/service-account-user.ts';
import type { RequestInfo } from '../endpoints/request-info.ts';
import type { UserInfo } from '../user-info.ts';

/** One of the ways in which somebody can be allowed to act for somebody else. */
export interface ImpersonationMode {
  /** Part of the verbs `impersonate:<name>` and `impersonate-on:<name>:<verb>`; absent for the old way, whose verb is `impersonate`. */
  readonly name?: string;
  /** Whether this is the way to such a user at all. */
  isFor(wanted: UserInfo, requestor: UserInfo): boolean;
  /** What an authorizer is asked in place of this. */
  adjust?(question: Question): Question;
}

/** Who asks for what: to an authorizer. */
export interface Question {
  readonly user: UserInfo;
  readonly info: RequestInfo;
}

/**
 * All modes, the narrow ones first. The old one, with which a user may do for another whatever that one may do, is always the last.
 * Source: KEP 5284, apiserver `pkg/endpoints/filters/impersonation/mode.go`.
 */
export const impersonationModes: readonly ImpersonationMode[] = [
  { name: 'associated-node', isFor: isOwnNode, adjust: askForAnyNode },
  { name: 'arbitrary-node', isFor: (wanted) => hasNameOnly(wanted) && tryParseNodeUser(wanted.name) !== undefined },
  {
    name: 'serviceaccount',
    isFor: (wanted) => hasNameOnly(wanted) && tryParseServiceAccountUser(wanted.name) !== undefined,
  },
  {
    name: 'user-info',
    isFor: ({ name }) => tryParseNodeUser(name) === undefined && tryParseServiceAccountUser(name) === undefined,
  },
  { isFor: () => true },
];

/** The name of the node that a user name stands for; `undefined` for any other user. */
export function tryParseNodeUser(user: string): string | undefined {
  const prefix = 'system:node:';
  if (!user.startsWith(prefix)) return undefined;
  const name = user.slice(prefix.length);
  return validateDNS1123Subdomain(name).length === 0 ? name : undefined;
}

const nodeNameKey = 'authentication.kubernetes.io/node-name';

/** A service account asks for the node that it runs on, of which its token tells. */
function isOwnNode(wanted: UserInfo, requestor: UserInfo): boolean {
  const node = tryParseNodeUser(wanted.name);
  if (node === undefined || !hasNameOnly(wanted)) return false;
  if (tryParseServiceAccountUser(requestor.name) === undefined) return false;
  const own = requestor.extra[nodeNameKey] ?? [];
  return own.length === 1 && own[0] === node;
}

/** That it is its own node has been seen: what is asked is whether it may act for that one, whichever it is. */
function askForAnyNode({ user, info }: Question): Question {
  const keys = Object.keys(user.extra).toSorted();
  return {
    user: { ...user, extra: { 'authentication.kubernetes.io/associated-node-keys': keys } },
    info: info.verb === 'impersonate:associated-node' ? { ...info, name: '*' } : info,
  };
}

function hasNameOnly({ uid, groups, extra }: UserInfo): boolean {
  return uid === '' && groups.length === 0 && Object.keys(extra).length === 0;
}
