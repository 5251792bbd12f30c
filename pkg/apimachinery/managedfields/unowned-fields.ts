import { newFieldSetOfNames } from './field-set/field-set-builder.ts';
import { type FieldSet, subtractFieldSet } from './field-set/field-set.ts';

const metadata = [
  'name',
  'namespace',
  'creationTimestamp',
  'selfLink',
  'uid',
  'clusterName',
  'generation',
  'managedFields',
  'resourceVersion',
];

// These say which object it is, or are written by the server alone.
const unowned: FieldSet = newFieldSetOfNames([
  ['apiVersion'],
  ['kind'],
  ['metadata'],
  ...metadata.map((name) => ['metadata', name]),
]);

/** A set without the fields that nobody owns (Go: `stripMetaManager`). */
export function withoutUnownedFields(fields: FieldSet): FieldSet {
  return subtractFieldSet(fields, unowned);
}
