import type { KindDefinition } from '../../../pkg/apimachinery/schema/kind-definition.ts';
import { type FieldError, invalid } from '../../../pkg/apimachinery/validation/field-error.ts';
import { tokenRequestMessage } from './token-request-protobuf.ts';
import { type TokenRequest, tokenRequestSchema } from './token-request-schema.ts';

/** Asks for a token of a service account, as its subresource `token`. Source: kubernetes `pkg/apis/authentication`. */
export const tokenRequestKind: KindDefinition<TokenRequest> = {
  group: 'authentication.k8s.io',
  version: 'v1',
  kind: 'TokenRequest',
  plural: 'tokenrequests',
  singular: 'tokenrequest',
  scope: 'Namespaced',
  schema: tokenRequestSchema,
  protobuf: tokenRequestMessage,
  verbs: ['create'],
  strategy: { applyDefaults },
};

/** Shortest life of a token, in seconds. */
const minSeconds = 600;

/** Longest life of a token, in seconds. */
const maxSeconds = 2 ** 32;

/** Faults of a request. */
export function validateTokenRequest({ spec }: TokenRequest): FieldError[] {
  const { expirationSeconds: seconds = 0 } = spec;
  const at = 'spec.expirationSeconds';
  if (seconds < minSeconds) return [invalid(at, seconds, 'may not specify a duration less than 10 minutes')];
  if (seconds > maxSeconds) return [invalid(at, seconds, 'may not specify a duration larger than 2^32 seconds')];
  return [];
}

function applyDefaults(draft: TokenRequest): void {
  draft.spec.expirationSeconds ??= 3600;
}
