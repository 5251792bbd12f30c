import { getMember, isJSONObject, type JSONObject, setMember } from '../runtime/json.ts';
import type { Schema } from '../schema/schema.ts';
import {
  hasPatchDirective,
  type ObjectPatch,
  readObjectPatch,
  readPatchDirective,
  withoutPatchDirective,
} from './strategic-directives.ts';
import { newNoList } from './strategic-errors.ts';
import { deleteScalars, mergeList } from './strategic-list.ts';
import { findMemberRules, itemSchema, type MemberRules } from './strategic-member-rules.ts';
import { checkOrder, orderItems } from './strategic-order.ts';

/**
 * Merges a strategic patch into an object, neither of which is changed; the result shares what was not touched. Throws a `StatusError` for
 * a patch that cannot be merged.
 */
export function mergeObject(current: JSONObject, patch: JSONObject, schema: Schema): JSONObject {
  const directive = readPatchDirective(patch);
  if (directive !== undefined) return directive === 'replace' ? withoutPatchDirective(patch) : {};
  const parts = readObjectPatch(patch);
  const result: JSONObject = {};
  for (const name of new Set([...Object.keys(current), ...Object.keys(parts.changes)])) {
    const isRetained = parts.retained?.has(name) ?? true;
    const value = mergeMember(isRetained ? getMember(current, name) : undefined, parts, { schema, name });
    if (value !== undefined) setMember(result, name, value);
  }
  return result;
}

interface Member {
  readonly schema: Schema;
  readonly name: string;
}

function mergeMember(current: unknown, { changes, orders, deletions }: ObjectPatch, { schema, name }: Member): unknown {
  const change = getMember(changes, name);
  const order = orders.get(name);
  const deletion = deletions.get(name);
  const left = deletion !== undefined && Array.isArray(current) ? deleteScalars(current, deletion) : current;
  if (order !== undefined) return mergeInOrder({ current: left, change }, order, findMemberRules(schema, name));
  return change === undefined ? left : mergeValue(left, change, findMemberRules(schema, name));
}

function mergeValue(current: unknown, change: unknown, rules: MemberRules): unknown {
  if (change === null) return undefined;
  if (isJSONObject(current) && isJSONObject(change)) {
    return rules.strategy === 'replace' ? change : mergeObject(current, change, rules.schema);
  }
  if (Array.isArray(current) && Array.isArray(change)) return mergeLists(current, change, rules);
  return toNewValue(change, rules.schema);
}

function mergeLists(current: readonly unknown[], change: readonly unknown[], rules: MemberRules): readonly unknown[] {
  if (rules.strategy !== 'merge') return change;
  const items = itemSchema(rules.schema);
  return mergeList({ current, change }, rules, (item, patch) => mergeObject(item, patch, items));
}

interface Change {
  readonly current: unknown;
  readonly change: unknown;
}

function mergeInOrder({ current, change }: Change, order: readonly unknown[], rules: MemberRules): unknown {
  const before = toOptionalList(current);
  const items = toOptionalList(change);
  checkOrder(items ?? [], order, rules.mergeKey);
  if (before === undefined && items === undefined) return undefined;
  const merged = items === undefined ? before : mergeValue(before, items, rules);
  return orderItems(toOptionalList(merged) ?? [], { order, before: before ?? [], mergeKey: rules.mergeKey });
}

function toOptionalList(value: unknown): readonly unknown[] | undefined {
  if (value === undefined || Array.isArray(value)) return value;
  throw newNoList(value);
}

// What nothing was in place of: directives have nothing to work on, `null` nothing to remove.
function toNewValue(value: unknown, schema: Schema): unknown {
  if (Array.isArray(value)) {
    const items = itemSchema(schema);
    return value.filter((item) => !hasPatchDirective(item)).map((item) => toNewValue(item, items));
  }
  if (!isJSONObject(value)) return value;
  return readPatchDirective(value) === 'delete' ? undefined : mergeObject({}, value, schema);
}
