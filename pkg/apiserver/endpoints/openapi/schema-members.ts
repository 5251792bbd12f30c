import { compareText, sortMembers } from '../discovery/compare-text.ts';

/** Members in the order that Go servers write them, so that equal documents have equal bytes. Extensions follow, sorted. */
const memberOrder: readonly string[] = [
  'description',
  '$ref',
  'type',
  'nullable',
  'format',
  'default',
  'maximum',
  'minimum',
  'maxLength',
  'minLength',
  'pattern',
  'maxItems',
  'minItems',
  'enum',
  'required',
  'items',
  'allOf',
  'properties',
  'additionalProperties',
];

const extensionPrefix = 'x-';

/** A schema with its members and its properties in upstream's order; undefined members are left out. */
export function orderMembers(schema: { readonly [member: string]: unknown }): { [member: string]: unknown } {
  const ordered: { [member: string]: unknown } = {};
  for (const name of memberOrder) {
    const value = schema[name];
    if (value !== undefined)
      ordered[name] = name === 'properties' ? sortMembers(value as { [name: string]: object }) : value;
  }
  for (const name of Object.keys(schema).filter(isExtension).toSorted(compareText)) {
    if (schema[name] !== undefined) ordered[name] = toExtension(name, schema[name]);
  }
  return ordered;
}

/** Whether a member is an extension. */
export function isExtension(name: string): boolean {
  return name.startsWith(extensionPrefix);
}

/** Go keeps extensions as maps, which it writes sorted. */
function toExtension(name: string, value: unknown): unknown {
  if (name !== 'x-kubernetes-group-version-kind') return value;
  return (value as readonly object[]).map((each) => sortMembers(each as { [name: string]: string }));
}
