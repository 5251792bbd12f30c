/* oxlint-disable typescript/no-unnecessary-type-assertion -- declarations of one file alone need the types that others give */
import type { FromSchema } from '../../../pkg/apimachinery/schema/schema.ts';

/** Schema of one subject of a binding, in upstream's words and order. */
export const subjectSchema = {
  $id: 'io.k8s.api.rbac.v1.Subject',
  type: 'object',
  default: {},
  $description:
    'Subject contains a reference to the object or user identities a role binding applies to.  This can either hold a direct API object reference, or a value for non-objects such as user and group names.',
  'x-kubernetes-map-type': 'atomic',
  required: ['kind', 'name'],
  properties: {
    kind: {
      type: 'string',
      default: '',
      description:
        'Kind of object being referenced. Values defined by this API group are "User", "Group", and "ServiceAccount". If the Authorizer does not recognized the kind value, the Authorizer should report an error.',
    },
    apiGroup: {
      type: 'string',
      description:
        'APIGroup holds the API group of the referenced subject. Defaults to "" for ServiceAccount subjects. Defaults to "rbac.authorization.k8s.io" for User and Group subjects.',
    },
    name: { type: 'string', default: '', description: 'Name of the object being referenced.' },
    namespace: {
      type: 'string',
      description:
        'Namespace of the referenced object.  If the object kind is non-namespace, such as "User" or "Group", and this value is not empty the Authorizer should report an error.',
    },
  },
} as const;

/** Whom a binding gives a role. */
export type Subject = FromSchema<typeof subjectSchema>;

/** Schema of the subjects of a binding, in upstream's words and order. */
export const subjectsSchema = {
  type: 'array',
  'x-kubernetes-list-type': 'atomic',
  description: 'Subjects holds references to the objects the role applies to.',
  items: subjectSchema as typeof subjectSchema,
} as const;
