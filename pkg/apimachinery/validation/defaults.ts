import { cloneJSON, getMember, isJSONObject, setMember } from '../runtime/json.ts';
import type { Schema } from '../schema/schema.ts';
import { memberSchema, resolveSchema } from './object-schema.ts';

/**
 * Fills in the schema's defaults, in place, for members that are absent, or `null` where the schema does not allow that. Objects that
 * are absent are not made up, unless they have a default themselves.
 */
export function applySchemaDefaults(draft: unknown, schema: Schema): void {
  const resolved = resolveSchema(schema);
  if (Array.isArray(draft)) {
    if (resolved.items === undefined) return;
    for (const item of draft) applySchemaDefaults(item, resolved.items);
    return;
  }
  if (!isJSONObject(draft)) return;
  for (const [name, property] of Object.entries(resolved.properties ?? {})) {
    const { default: preset, nullable } = resolveSchema(property);
    const value = getMember(draft, name);
    const isMissing = value === undefined || (value === null && nullable !== true);
    if (isMissing && preset !== undefined) setMember(draft, name, cloneJSON(preset));
  }
  for (const [name, member] of Object.entries(draft)) {
    const known = memberSchema(resolved, name);
    if (known !== undefined) applySchemaDefaults(member, known);
  }
}
