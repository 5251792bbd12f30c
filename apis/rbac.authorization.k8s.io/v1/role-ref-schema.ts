/** Members of what a binding refers to, in upstream's words and order. */
export const roleRefProperties = {
  apiGroup: {
    type: 'string',
    default: '',
    description: 'APIGroup is the group for the resource being referenced',
  },
  kind: { type: 'string', default: '', description: 'Kind is the type of resource being referenced' },
  name: { type: 'string', default: '', description: 'Name is the name of resource being referenced' },
} as const;
