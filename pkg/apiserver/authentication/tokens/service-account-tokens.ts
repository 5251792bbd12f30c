import { hash } from 'node:crypto';
import type { KubernetesObject } from '../../../../apis/meta/v1/types.ts';
import type { UserInfo } from '../../user-info.ts';
import { AuthenticationError } from '../authentication-error.ts';
import { serviceAccountGroups, toServiceAccountUser } from '../service-account-user.ts';
import {
  intersectAudiences,
  readIssuer,
  type TokenAuthenticator,
  type TokenIdentity,
  type TokenQuery,
} from '../token-authenticator.ts';
import type { BoundName, BoundObjects } from './bound-objects.ts';
import { checkTimes, type ClaimedObject, leewaySeconds, parsePayload, type ServiceAccountClaims } from './claims.ts';
import { LRUMap } from './lru-map.ts';
import type { TokenKeys } from './token-keys.ts';
import { verifySignature } from './verify-signature.ts';

/** What tokens of service accounts are judged by. */
export interface ServiceAccountTokensOptions {
  /** The same object as long as no key changes. */
  readonly keys: () => TokenKeys;
  /** Who may have issued a token. */
  readonly issuers: readonly string[];
  /** Names of this API: what a token without an audience is meant for. */
  readonly audiences: readonly string[];
  readonly objects: BoundObjects;
}

/** How many good tokens are remembered, and how many bad ones; each takes a few hundred bytes. */
const maxKnown = 8192;
const maxRefused = 1024;

/** How long a refusal is remembered, in milliseconds: what makes a token bad may pass, such as a clock that is behind. */
const refusalMs = 2_000;

/**
 * Knows service accounts by the tokens that `serviceaccounts/token` gives out. A token is verified once, and then known by its hash until it
 * expires, a key changes, or the account or the object that it is bound to goes: that is looked at every time. Source: kubernetes
 * `pkg/serviceaccount`.
 */
export function newServiceAccountTokens(options: ServiceAccountTokensOptions): TokenAuthenticator {
  const { keys, issuers } = options;
  const known = new LRUMap<string, Known>(maxKnown);
  const refused = new LRUMap<string, Refused>(maxRefused);
  const pending = new Map<string, Promise<TokenIdentity>>();

  const verify = async (digest: string, token: string, query: TokenQuery): Promise<TokenIdentity> => {
    const of = keys();
    try {
      const verified = await verifyToken(options, token, query);
      known.set(digest, { ...verified, of });
      return verified.identity;
    } catch (error) {
      if (error instanceof AuthenticationError) refused.set(digest, { error, of, at: query.now });
      throw error;
    } finally {
      pending.delete(digest);
    }
  };

  return {
    name: 'service-account',
    authenticateToken(token, query) {
      const digest = hash('sha256', `${token}\0${query.audiences.join('\0')}`, 'base64');
      const good = known.get(digest);
      if (good !== undefined && isCurrent(good, options, query.now)) return good.identity;
      const issuer = readIssuer(token);
      if (issuer === undefined || !issuers.includes(issuer)) return undefined;
      const bad = refused.get(digest);
      if (bad !== undefined && bad.of === keys() && Math.abs(query.now - bad.at) < refusalMs) throw bad.error;
      const under = pending.get(digest) ?? verify(digest, token, query);
      pending.set(digest, under);
      return under;
    },
  };
}

interface Verified {
  readonly identity: TokenIdentity;
  /** Milliseconds since the epoch. */
  readonly from: number;
  readonly until: number;
  readonly dependsOn: readonly Dependency[];
}

interface Dependency {
  readonly object: BoundName;
  readonly uid: string;
}

interface Known extends Verified {
  readonly of: TokenKeys;
}

interface Refused {
  readonly error: AuthenticationError;
  readonly of: TokenKeys;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

function isCurrent(
  { of, from, until, dependsOn }: Known,
  { keys, objects }: ServiceAccountTokensOptions,
  now: number,
): boolean {
  if (of !== keys() || now < from || now > until) return false;
  return dependsOn.every(({ object, uid }) => isThere(objects.peek(object), uid));
}

/** A terminating object counts as gone at once: whoever deletes an account means its tokens. */
function isThere(object: KubernetesObject | undefined, uid: string): boolean {
  return object !== undefined && object.metadata.uid === uid && object.metadata.deletionTimestamp === undefined;
}

async function verifyToken(
  { keys, audiences, objects }: ServiceAccountTokensOptions,
  token: string,
  query: TokenQuery,
): Promise<Verified> {
  const claims = parsePayload(await verifySignature(token, keys().accepted));
  const own = claims.aud.length === 0 ? audiences : claims.aud;
  const meant = intersectAudiences(own, query.audiences);
  if (meant.length === 0 && query.audiences.length > 0) {
    const [has, wants] = [toGoList(own), toGoList(query.audiences)];
    throw new AuthenticationError(`token audiences ${has} is invalid for the target audiences ${wants}`);
  }
  checkTimes(claims, query.now);
  const dependsOn = await checkObjects(claims, objects);
  return {
    identity: { user: toUser(claims), audiences: meant },
    from: ((claims.nbf ?? 0) - leewaySeconds) * 1000,
    until: (claims.exp + leewaySeconds) * 1000,
    dependsOn,
  };
}

function toGoList(texts: readonly string[]): string {
  return `[${texts.map((text) => JSON.stringify(text)).join(' ')}]`;
}

async function checkObjects(claims: ServiceAccountClaims, objects: BoundObjects): Promise<Dependency[]> {
  const { namespace, serviceAccount, secret, pod, node } = claims;
  const account = {
    object: { kind: 'ServiceAccount', namespace, name: serviceAccount.name },
    uid: serviceAccount.uid,
  } as const;
  await checkAccount(account, objects);
  const bound: Dependency[] = [];
  const bind = (kind: 'Node' | 'Pod' | 'Secret', claimed: ClaimedObject | undefined): void => {
    if (claimed === undefined) return;
    const object = { kind, namespace: kind === 'Node' ? '' : namespace, name: claimed.name };
    bound.push({ object, uid: claimed.uid });
  };
  bind('Secret', secret);
  bind('Pod', pod);
  // Of a token that is bound to a pod, the node is a remark.
  if (pod === undefined) bind('Node', node);
  for (const each of bound) await checkBound(each, objects);
  return [account, ...bound];
}

async function find({ object, uid }: Dependency, objects: BoundObjects): Promise<KubernetesObject | undefined> {
  const atHand = objects.peek(object);
  // One that was just made, or made anew, may not be at hand yet.
  return isThere(atHand, uid) ? atHand : objects.get(object);
}

async function checkAccount(account: Dependency, objects: BoundObjects): Promise<void> {
  const { namespace, name } = account.object;
  const found = await find(account, objects);
  if (found === undefined)
    throw new AuthenticationError(`serviceaccounts "${name}" not found`, `namespace ${namespace}`);
  if (isThere(found, account.uid)) return;
  const { uid = '' } = found.metadata;
  if (uid !== account.uid) {
    throw new AuthenticationError(`service account UID (${uid}) does not match claim (${account.uid})`);
  }
  throw new AuthenticationError(`service account ${namespace}/${name} has been deleted`);
}

async function checkBound(bound: Dependency, objects: BoundObjects): Promise<void> {
  const found = await find(bound, objects);
  if (isThere(found, bound.uid)) return;
  const { kind, namespace, name } = bound.object;
  const hint = `${kind} ${namespace}/${name}, to which it is bound, is gone`;
  throw new AuthenticationError('service account token has been invalidated', hint);
}

function toUser({ namespace, serviceAccount, jti, pod, node }: ServiceAccountClaims): UserInfo {
  const key = (name: string): string => `authentication.kubernetes.io/${name}`;
  return {
    name: toServiceAccountUser({ namespace, name: serviceAccount.name }),
    uid: serviceAccount.uid,
    groups: serviceAccountGroups(namespace),
    extra: {
      ...(jti === '' ? {} : { [key('credential-id')]: [`JTI=${jti}`] }),
      ...(node === undefined ? {} : { [key('node-name')]: [node.name] }),
      ...(node === undefined || node.uid === '' ? {} : { [key('node-uid')]: [node.uid] }),
      ...(pod === undefined ? {} : { [key('pod-name')]: [pod.name], [key('pod-uid')]: [pod.uid] }),
    },
  };
}
