/* oxlint-disable typescript/no-unnecessary-type-assertion -- declarations of one file alone need the types that others give */
import { nonResourceAttributesSchema, resourceAttributesSchema } from './attributes-schema.ts';

/** Members of what is asked about somebody, in upstream's words and order. */
export const accessReviewSpecProperties = {
  resourceAttributes: resourceAttributesSchema as typeof resourceAttributesSchema,
  nonResourceAttributes: nonResourceAttributesSchema as typeof nonResourceAttributesSchema,
  user: {
    type: 'string',
    description:
      'user is the user you\'re testing for. If you specify "User" but not "Groups", then is it interpreted as "What if User were not a member of any groups',
  },
  groups: {
    type: 'array',
    'x-kubernetes-list-type': 'atomic',
    description: "groups is the groups you're testing for.",
    items: { type: 'string', default: '' },
  },
  extra: {
    type: 'object',
    description:
      'extra corresponds to the user.Info.GetExtra() method from the authenticator.  Since that is input to the authorizer it needs a reflection here.',
    additionalProperties: { type: 'array', items: { type: 'string', default: '' } },
  },
  uid: { type: 'string', description: 'uid information about the requesting user.' },
} as const;
