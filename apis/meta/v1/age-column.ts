import type { PrinterColumn } from '../../../pkg/apimachinery/schema/kind-definition.ts';
import { toAge } from '../../../pkg/apimachinery/time/human-duration.ts';

/** How long ago the object was created: the last column of most kinds. */
export const ageColumn: PrinterColumn = {
  name: 'Age',
  type: 'string',
  description:
    'CreationTimestamp is a timestamp representing the server time when this object was created. It is not guaranteed to be set in happens-before order across separate operations. Clients may not set this value. It is represented in RFC3339 form and is in UTC.\n\nPopulated by the system. Read-only. Null for lists. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata',
  cell: (object, now) => toAge(object.metadata.creationTimestamp, now),
};
