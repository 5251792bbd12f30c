/* oxlint-disable typescript/no-unnecessary-type-assertion -- declarations of one file alone need the types that others give */
import type { ObjectFromSchema } from '../../../pkg/apimachinery/schema/schema.ts';
import { userInfoMembers } from './user-info-schema.ts';

/** Schema of `TokenReview`, in upstream's words and order. */
export const tokenReviewSchema = {
  $id: 'io.k8s.api.authentication.v1.TokenReview',
  type: 'object',
  description:
    'TokenReview attempts to authenticate a token to a known user. Note: TokenReview requests may be cached by the webhook token authenticator plugin in the kube-apiserver.',
  required: ['spec'],
  properties: {
    spec: {
      $id: 'io.k8s.api.authentication.v1.TokenReviewSpec',
      type: 'object',
      default: {},
      description: 'spec holds information about the request being evaluated',
      $description: 'TokenReviewSpec is a description of the token authentication request.',
      properties: {
        token: { type: 'string', description: 'token is the opaque bearer token.' },
        audiences: {
          type: 'array',
          description:
            'audiences is a list of the identifiers that the resource server presented with the token identifies as. Audience-aware token authenticators will verify that the token was intended for at least one of the audiences in this list. If no audiences are provided, the audience will default to the audience of the Kubernetes apiserver.',
          items: { type: 'string', default: '' },
          'x-kubernetes-list-type': 'atomic',
        },
      },
    },
    status: {
      $id: 'io.k8s.api.authentication.v1.TokenReviewStatus',
      type: 'object',
      description: 'status is filled in by the server and indicates whether the request can be authenticated.',
      $description: 'TokenReviewStatus is the result of the token authentication request.',
      properties: {
        authenticated: {
          type: 'boolean',
          description: 'authenticated indicates that the token was associated with a known user.',
        },
        user: {
          $id: 'io.k8s.api.authentication.v1.UserInfo',
          type: 'object',
          description: 'user is the UserInfo associated with the provided token.',
          $description: 'UserInfo holds the information about the user needed to implement the user.Info interface.',
          properties: userInfoMembers as typeof userInfoMembers,
        },
        audiences: {
          type: 'array',
          description:
            'audiences are audience identifiers chosen by the authenticator that are compatible with both the TokenReview and token. An identifier is any identifier in the intersection of the TokenReviewSpec audiences and the token\'s audiences. A client of the TokenReview API that sets the spec.audiences field should validate that a compatible audience identifier is returned in the status.audiences field to ensure that the TokenReview server is audience aware. If a TokenReview returns an empty status.audience field where status.authenticated is "true", the token is valid against the audience of the Kubernetes API server.',
          items: { type: 'string', default: '' },
          'x-kubernetes-list-type': 'atomic',
        },
        error: { type: 'string', description: "error indicates that the token couldn't be checked" },
      },
    },
  },
} as const;

/** Asks whose a token is. */
export type TokenReview = ObjectFromSchema<typeof tokenReviewSchema>;

/** A user, as reviews tell of one. */
export type ReviewedUser = NonNullable<NonNullable<TokenReview['status']>['user']>;
