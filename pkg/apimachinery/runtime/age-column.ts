import type { PrinterColumn } from '../schema/kind-definition.ts';
import { creationTimestampDescription } from './table.ts';
import { toAge } from '../time/human-duration.ts';

/** How long ago the object was created: the last column of most kinds. */
export const ageColumn: PrinterColumn = {
  name: 'Age',
  type: 'string',
  description: creationTimestampDescription,
  cell: (object, now) => toAge(object.metadata.creationTimestamp, now),
};
