import { tokenRequestKind, validateTokenRequest } from '../../../../apis/authentication.k8s.io/v1/token-request.ts';
import {
  type TokenRequest,
  tokenRequestSchema,
} from '../../../../apis/authentication.k8s.io/v1/token-request-schema.ts';
import type { KubernetesObject } from '../../../../apis/meta/v1/types.ts';
import { newBadRequest, newConflict, newInvalid, newNotFound } from '../../../apimachinery/errors/constructors.ts';
import { parseAPIVersion } from '../../../apimachinery/schema/group-version.ts';
import { toRFC3339 } from '../../../apimachinery/time/rfc3339.ts';
import { invalid } from '../../../apimachinery/validation/field-error.ts';
import { newReviewHandler } from '../../endpoints/handlers/review.ts';
import type { RequestContext } from '../../request-context.ts';
import type { VerbSubresource } from '../../subresources/subresource.ts';
import { toServiceAccountUser } from '../service-account-user.ts';
import { type BoundName, type BoundObjects, boundResources } from './bound-objects.ts';
import type { ClaimedObject } from './claims.ts';
import { signToken } from './sign-token.ts';
import type { TokenKeys } from './token-keys.ts';

/** How tokens are given out. */
export interface TokenSubresourceOptions {
  readonly keys: () => TokenKeys;
  /** `iss` of new tokens. */
  readonly issuer: string;
  /** Audiences of tokens for which none are asked. */
  readonly audiences: readonly string[];
  readonly objects: BoundObjects;
  readonly newID: () => string;
}

/**
 * `serviceaccounts/token`: gives out tokens of a service account (`kubectl create token`). Source: kubernetes
 * `pkg/registry/core/serviceaccount/storage/token.go`.
 */
export function newTokenSubresource<T extends KubernetesObject>(options: TokenSubresourceOptions): VerbSubresource<T> {
  const { group, version, kind } = tokenRequestKind;
  return {
    name: 'token',
    kind: { group, version, kind, schema: tokenRequestSchema },
    verbs: {
      create: ({ now }) =>
        newReviewHandler(
          { kind: tokenRequestKind, now, keepsUID: true },
          { review: (request, context) => issue(request, context, { ...options, now: now() }) },
        ),
    },
  };
}

type Issuing = TokenSubresourceOptions & { readonly now: number };

async function issue(request: TokenRequest, { info }: RequestContext, options: Issuing): Promise<TokenRequest> {
  const { namespace, name } = info;
  const { keys, issuer, objects, newID, now } = options;
  checkName(request, name);
  const account = { kind: 'ServiceAccount', namespace, name } as const;
  const uid = await findAccount(request, account, objects);
  const { audiences, expirationSeconds = 0, boundObjectRef } = complete(request, options).spec;
  const faults = validateTokenRequest(request);
  if (faults.length > 0) throw newInvalid(tokenRequestKind, '', faults);
  const bound = boundObjectRef === undefined ? {} : await bind(boundObjectRef, account, objects);
  const seconds = Math.floor(now / 1000);
  const token = await signToken(
    {
      aud: audiences,
      exp: seconds + expirationSeconds,
      iat: seconds,
      iss: issuer,
      jti: newID(),
      nbf: seconds,
      sub: toServiceAccountUser({ namespace, name }),
      namespace,
      serviceAccount: { name, uid },
      ...bound,
    },
    keys().signer,
  );
  const { kind, apiVersion, metadata } = request;
  return {
    kind,
    apiVersion,
    metadata: { ...metadata, name, namespace, uid, creationTimestamp: toRFC3339(now) },
    // Go writes what is not there as null here, and clients in Go send it so.
    spec: { audiences, expirationSeconds, boundObjectRef: boundObjectRef ?? null } as TokenRequest['spec'],
    status: { token, expirationTimestamp: toRFC3339((seconds + expirationSeconds) * 1000) },
  };
}

function checkName({ metadata }: TokenRequest, name: string): void {
  const given = metadata.name ?? '';
  if (given === '' || given === name) return;
  const fault = invalid('metadata.name', given, 'must match the service account name if specified');
  throw newInvalid(tokenRequestKind, name, [fault]);
}

/** The UID of the account, which must be the one that is asked for, if one is. */
async function findAccount({ metadata }: TokenRequest, account: BoundName, objects: BoundObjects): Promise<string> {
  const found = await mustFind(account, objects);
  const { uid = '' } = found.metadata;
  const { uid: wanted = '' } = metadata;
  if (wanted === '' || wanted === uid) return uid;
  const why = `the UID in the token request (${wanted}) does not match the UID of the service account (${uid})`;
  throw newConflict({ group: tokenRequestKind.group, resource: tokenRequestKind.kind }, account.name, why);
}

function complete(request: TokenRequest, { audiences }: Issuing): TokenRequest {
  const { spec } = request;
  // A decoder for Go's own form gives what is not there as null.
  if (spec.boundObjectRef === null) delete spec.boundObjectRef;
  if ((spec.audiences ?? []).length === 0) spec.audiences = [...audiences];
  return request;
}

type BoundReference = NonNullable<TokenRequest['spec']['boundObjectRef']>;

/** What a token says of the object that it shall live and die with. */
type BoundClaims = { readonly [claim in 'node' | 'pod' | 'secret']?: ClaimedObject };

async function bind(
  { apiVersion = '', kind = '', name = '', uid: wanted = '' }: BoundReference,
  account: BoundName,
  objects: BoundObjects,
): Promise<BoundClaims> {
  const { group, version } = parseAPIVersion(apiVersion);
  if (group !== '' || (kind !== 'Secret' && kind !== 'Pod' && kind !== 'Node')) {
    throw newBadRequest(`cannot bind token to object of type ${group}/${version}, Kind=${kind}`);
  }
  const namespace = kind === 'Node' ? '' : account.namespace;
  const object = await mustFind({ kind, namespace, name }, objects);
  const node = kind === 'Pod' ? await findNode(object, account, objects) : {};
  const { uid = '' } = object.metadata;
  if (wanted !== '' && wanted !== uid) {
    const why = `the UID in the bound object reference (${wanted}) does not match the UID in record. The object might have been deleted and then recreated`;
    throw newConflict({ group, resource: kind }, name, why);
  }
  return { [kind.toLowerCase()]: { name, uid }, ...node };
}

interface PodLike extends KubernetesObject {
  readonly spec?: { readonly serviceAccountName?: string; readonly nodeName?: string };
}

/** The node of a pod, which must be one of the account. A node that is not there is named all the same. */
async function findNode({ spec = {} }: PodLike, account: BoundName, objects: BoundObjects): Promise<BoundClaims> {
  const { serviceAccountName, nodeName: name = '' } = spec;
  if (serviceAccountName !== account.name) {
    const who = JSON.stringify(account.name);
    const why = `cannot bind token for serviceaccount ${who} to pod running with different serviceaccount name.`;
    throw newBadRequest(why);
  }
  if (name === '') return {};
  const node = await objects.get({ kind: 'Node', namespace: '', name });
  return { node: { name, uid: node?.metadata.uid ?? '' } };
}

async function mustFind(name: BoundName, objects: BoundObjects): Promise<KubernetesObject> {
  const found = await objects.get(name);
  if (found === undefined) throw newNotFound({ group: '', resource: boundResources[name.kind] }, name.name);
  return found;
}
