/* oxlint-disable typescript/no-unnecessary-type-assertion -- declarations of one file alone need the types that others give */
import type { ObjectFromSchema } from '../../../pkg/apimachinery/schema/schema.ts';
import { userInfoMembers } from './user-info-schema.ts';

/** Schema of `SelfSubjectReview`, in upstream's words and order. */
export const selfSubjectReviewSchema = {
  $id: 'io.k8s.api.authentication.v1.SelfSubjectReview',
  type: 'object',
  description:
    'SelfSubjectReview contains the user information that the kube-apiserver has about the user making this request. When using impersonation, users will receive the user info of the user being impersonated.  If impersonation or request header authentication is used, any extra keys will have their case ignored and returned as lowercase.',
  properties: {
    status: {
      $id: 'io.k8s.api.authentication.v1.SelfSubjectReviewStatus',
      type: 'object',
      description: 'status is filled in by the server with the user attributes.',
      $description: 'SelfSubjectReviewStatus is filled by the kube-apiserver and sent back to a user.',
      properties: {
        userInfo: {
          $id: 'io.k8s.api.authentication.v1.UserInfo',
          type: 'object',
          description: 'userInfo is a set of attributes belonging to the user making this request.',
          $description: 'UserInfo holds the information about the user needed to implement the user.Info interface.',
          properties: userInfoMembers as typeof userInfoMembers,
        },
      },
    },
  },
} as const;

/** Asks who the asker is. */
export type SelfSubjectReview = ObjectFromSchema<typeof selfSubjectReviewSchema>;
