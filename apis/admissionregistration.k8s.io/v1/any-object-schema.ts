import type { Schema } from '../../../pkg/apimachinery/schema/schema.ts';

/** The schema of a part that this server has no need to know. */
export function anyObject(description: string): Schema {
  return { type: 'object', description, 'x-kubernetes-preserve-unknown-fields': true };
}
