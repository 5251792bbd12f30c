import type { Schema } from '../schema/schema.ts';
import { memberSchema, resolveSchema } from '../validation/object-schema.ts';

/** How a member of an object is patched. */
export interface MemberRules {
  readonly name: string;
  readonly schema: Schema;
  /** Absent: objects are merged, lists are replaced. */
  readonly strategy: string | undefined;
  /** The member that tells the items of a list apart; absent for lists of scalars. */
  readonly mergeKey: string | undefined;
}

/** The rules for a member. One that the schema does not know is taken as free of rules. */
export function findMemberRules(schema: Schema, name: string): MemberRules {
  const declared = schema.properties !== undefined && Object.hasOwn(schema.properties, name) && schema.properties[name];
  const found = memberSchema(schema, name) ?? {};
  // What stands beside a reference holds for the member.
  const all: Schema = { ...found, ...(declared || undefined) };
  return {
    name,
    schema: found,
    strategy: all['x-kubernetes-patch-strategy']?.split(',').find((each) => each !== retainKeys),
    mergeKey: all['x-kubernetes-patch-merge-key'],
  };
}

// Tells clients to write the directive of that name; a patch that holds it is obeyed with or without.
const retainKeys = 'retainKeys';

/** The schema of the items of a list. */
export function itemSchema(schema: Schema): Schema {
  return resolveSchema(schema.items ?? {});
}
