import type { ObjectFromSchema } from '../../../pkg/apimachinery/schema/schema.ts';

/** Schema of `TokenRequest`, in upstream's words and order. */
export const tokenRequestSchema = {
  $id: 'io.k8s.api.authentication.v1.TokenRequest',
  type: 'object',
  description: 'TokenRequest requests a token for a given service account.',
  required: ['spec'],
  properties: {
    spec: {
      $id: 'io.k8s.api.authentication.v1.TokenRequestSpec',
      type: 'object',
      default: {},
      description: 'spec holds information about the request being evaluated',
      $description: 'TokenRequestSpec contains client provided parameters of a token request.',
      required: ['audiences'],
      properties: {
        audiences: {
          type: 'array',
          description:
            'audiences are the intendend audiences of the token. A recipient of a token must identify themself with an identifier in the list of audiences of the token, and otherwise should reject the token. A token issued for multiple audiences may be used to authenticate against any of the audiences listed but implies a high degree of trust between the target audiences.',
          items: { type: 'string', default: '' },
          'x-kubernetes-list-type': 'atomic',
        },
        expirationSeconds: {
          type: 'integer',
          format: 'int64',
          description:
            "expirationSeconds is the requested duration of validity of the request. The token issuer may return a token with a different validity duration so a client needs to check the 'expiration' field in a response.",
        },
        boundObjectRef: {
          $id: 'io.k8s.api.authentication.v1.BoundObjectReference',
          type: 'object',
          description:
            "boundObjectRef is a reference to an object that the token will be bound to. The token will only be valid for as long as the bound object exists. NOTE: The API server's TokenReview endpoint will validate the BoundObjectRef, but other audiences may not. Keep ExpirationSeconds small if you want prompt revocation.",
          $description: 'BoundObjectReference is a reference to an object that a token is bound to.',
          properties: {
            kind: { type: 'string', description: "kind of the referent. Valid kinds are 'Pod' and 'Secret'." },
            apiVersion: { type: 'string', description: 'apiVersion is API version of the referent.' },
            name: { type: 'string', description: 'name of the referent.' },
            uid: { type: 'string', description: 'uid of the referent.' },
          },
        },
      },
    },
    status: {
      $id: 'io.k8s.api.authentication.v1.TokenRequestStatus',
      type: 'object',
      description: 'status is filled in by the server and indicates whether the token can be authenticated.',
      $description: 'TokenRequestStatus is the result of a token request.',
      required: ['token', 'expirationTimestamp'],
      properties: {
        token: { type: 'string', default: '', description: 'token is the opaque bearer token.' },
        expirationTimestamp: {
          $ref: 'io.k8s.apimachinery.pkg.apis.meta.v1.Time',
          description: 'expirationTimestamp is the time of expiration of the returned token.',
        },
      },
    },
  },
} as const;

/** Asks for a token of a service account. */
export type TokenRequest = ObjectFromSchema<typeof tokenRequestSchema>;
