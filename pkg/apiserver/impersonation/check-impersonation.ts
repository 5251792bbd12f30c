import { StatusError } from '../../apimachinery/errors/status-error.ts';
import { serviceAccountGroups, tryParseServiceAccountUser } from '../authentication/service-account-user.ts';
import type { Authorizer } from '../authorization/authorizer.ts';
import { newAuthorizationForbidden } from '../authorization/forbidden-text.ts';
import { type RequestInfo, toNonResourceInfo } from '../endpoints/request-info.ts';
import { anonymousUser, type UserInfo } from '../user-info.ts';
import { findExtraFault } from './extra-key.ts';
import { type ImpersonationMode, impersonationModes, type Question, tryParseNodeUser } from './impersonation-modes.ts';

/** Somebody who wants to act for somebody else. */
export interface ImpersonationRequest {
  readonly requestor: UserInfo;
  /** As the headers say, without anything filled in. */
  readonly wanted: UserInfo;
  /** What he wants to do as that one. */
  readonly info: RequestInfo;
}

/** The outcome of a question that was answered with yes. */
export interface Impersonated {
  readonly user: UserInfo;
  /** The verb by which it is allowed; empty for the old one. */
  readonly constraint: string;
}

/**
 * The user as whom a request goes on, if one of the modes allows it. Throws the 403 of the first mode that was for such a user. Source:
 * apiserver `pkg/endpoints/filters/impersonation`; no answer is kept here, because the authorizer is in this process.
 */
export async function checkImpersonation(request: ImpersonationRequest, authorizer: Authorizer): Promise<Impersonated> {
  let refusal: StatusError | undefined;
  for (const mode of impersonationModes) {
    if (!mode.isFor(request.wanted, request.requestor)) continue;
    try {
      return await checkMode(mode, request, authorizer);
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      refusal ??= error;
    }
  }
  throw refusal ?? new Error('no mode of impersonation answers for every user');
}

/** Throws the 403 of whatever is not allowed. */
type Ask = (info: RequestInfo) => Promise<void>;

async function checkMode(
  mode: ImpersonationMode,
  { requestor, wanted, info }: ImpersonationRequest,
  authorizer: Authorizer,
): Promise<Impersonated> {
  const ask: Ask = async (about) => {
    const plain: Question = { user: requestor, info: about };
    const question = mode.adjust?.(plain) ?? plain;
    const { verdict, reason } = await authorizer.authorize(question);
    if (verdict !== 'allow') throw newAuthorizationForbidden(question, reason);
  };
  if (mode.name !== undefined) await ask({ ...info, verb: `impersonate-on:${mode.name}:${info.verb}` });
  const checks = newChecks(mode, requestor, ask);
  const groups = await checks.username(wanted);
  if (wanted.uid !== '') await ask(checks.toInfo('uids', wanted.uid));
  await checks.groups(wanted.groups);
  await checks.extra(wanted.extra);
  return { user: withVirtualGroup({ ...wanted, groups }), constraint: mode.name === undefined ? '' : checks.verb };
}

/** So many questions of one kind are worth to ask first whether everything is allowed, as upstream has it. */
const manyQuestions = 4;

function newChecks(mode: ImpersonationMode, requestor: UserInfo, ask: Ask) {
  const isNarrow = mode.name !== undefined;
  const verb = isNarrow ? `impersonate:${mode.name}` : 'impersonate';
  const toInfo = (resource: string, name: string, more: Partial<RequestInfo> = {}): RequestInfo => {
    const isOld = !isNarrow && ['users', 'groups', 'serviceaccounts'].includes(resource);
    const group = isOld ? '' : 'authentication.k8s.io';
    const none = toNonResourceInfo({ method: '', path: '' });
    return { ...none, isResourceRequest: true, verb, apiGroup: group, apiVersion: 'v1', resource, name, ...more };
  };
  const refuse = (info: RequestInfo, why: string): never => {
    throw newAuthorizationForbidden({ user: requestor, info }, why);
  };
  const isAllowed = (info: RequestInfo): Promise<boolean> =>
    ask(info).then(
      () => true,
      (error: unknown) => {
        if (error instanceof StatusError) return false;
        throw error;
      },
    );

  return {
    verb,
    toInfo,
    /** Answers with the groups that the user has then. */
    async username({ name, groups }: UserInfo): Promise<readonly string[]> {
      const node = isNarrow ? tryParseNodeUser(name) : undefined;
      if (node !== undefined) {
        await ask(toInfo('nodes', node));
        return ['system:nodes'];
      }
      const account = tryParseServiceAccountUser(name);
      if (account === undefined) {
        await ask(toInfo('users', name));
        return groups;
      }
      await ask(toInfo('serviceaccounts', account.name, { namespace: account.namespace }));
      return groups.length === 0 ? serviceAccountGroups(account.namespace) : groups;
    },
    async groups(groups: readonly string[]): Promise<void> {
      if (isNarrow && groups.includes('')) {
        refuse(toInfo('groups', ''), 'impersonating the empty string group is not allowed');
      }
      if (isNarrow && groups.includes('system:masters')) {
        refuse(toInfo('groups', 'system:masters'), 'impersonating the system:masters group is not allowed');
      }
      if (isNarrow && groups.length >= manyQuestions && (await isAllowed(toInfo('groups', '*')))) return;
      for (const group of groups) await ask(toInfo('groups', group));
    },
    async extra(extra: UserInfo['extra']): Promise<void> {
      const fault = isNarrow ? findExtraFault(extra) : undefined;
      if (fault !== undefined) refuse(toInfo('userextras', ''), fault);
      const pairs = Object.entries(extra).flatMap(([key, values]) => values.map((value) => ({ key, value })));
      const all = toInfo('userextras', '*', { subresource: '*' });
      if (isNarrow && pairs.length >= manyQuestions && (await isAllowed(all))) return;
      for (const { key, value } of pairs) await ask(toInfo('userextras', value, { subresource: key }));
    },
  };
}

/** Whoever acts for a user is known, unless it is for the anonymous one. */
function withVirtualGroup(user: UserInfo): UserInfo {
  const unauthenticated = 'system:unauthenticated';
  if (user.name !== anonymousUser.name && user.groups.includes(unauthenticated)) return user;
  const group = user.name === anonymousUser.name ? unauthenticated : 'system:authenticated';
  return user.groups.includes(group) ? user : { ...user, groups: [...user.groups, group] };
}
