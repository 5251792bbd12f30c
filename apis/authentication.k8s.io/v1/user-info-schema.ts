/** Members of `UserInfo`, in upstream's words and order. */
export const userInfoMembers = {
  username: {
    type: 'string',
    description: 'username is the name that uniquely identifies this user among all active users.',
  },
  uid: {
    type: 'string',
    description:
      'uid is a unique value that identifies this user across time. If this user is deleted and another user by the same name is added, they will have different UIDs.',
  },
  groups: {
    type: 'array',
    description: 'groups is the names of groups this user is a part of.',
    items: { type: 'string', default: '' },
    'x-kubernetes-list-type': 'atomic',
  },
  extra: {
    type: 'object',
    description: 'extra is any additional information provided by the authenticator.',
    additionalProperties: { type: 'array', items: { type: 'string', default: '' } },
  },
} as const;
