import { isJSONObject, type JSONObject, setMember } from '../runtime/json.ts';
import { newMalformedDirective, newUnknownPatchType } from './strategic-errors.ts';

const patchDirective = '$patch';
const retainKeysDirective = '$retainKeys';
const orderPrefix = '$setElementOrder';
const deletionPrefix = '$deleteFromPrimitiveList';

/** A patch of an object, changes and directives apart. Maps go by the member that a directive is about. */
export interface ObjectPatch {
  readonly changes: JSONObject;
  /** Items of lists, or their merge keys, in the order that the lists get. */
  readonly orders: ReadonlyMap<string, readonly unknown[]>;
  /** Scalars that go from lists. */
  readonly deletions: ReadonlyMap<string, readonly unknown[]>;
  /** Members that stay; all do when absent. */
  readonly retained: ReadonlySet<unknown> | undefined;
}

/** Takes a patch of an object apart. Throws a 400 `StatusError` for directives that are not written as they must be. */
export function readObjectPatch(patch: JSONObject): ObjectPatch {
  const changes: JSONObject = {};
  const orders = new Map<string, readonly unknown[]>();
  const deletions = new Map<string, readonly unknown[]>();
  let retained: ReadonlySet<unknown> | undefined;
  for (const [name, value] of Object.entries(patch)) {
    if (name === retainKeysDirective) retained = new Set(toList(value, 'retainKeys'));
    else if (name.startsWith(orderPrefix)) {
      orders.set(toTarget(name, 'setElementOrder list'), toList(value, 'setElementOrder list'));
    } else if (name.startsWith(deletionPrefix)) {
      deletions.set(toTarget(name, 'primitive list'), toScalars(value));
    } else setMember(changes, name, value);
  }
  checkRetained(changes, retained);
  return { changes, orders, deletions, retained };
}

/** What `$patch` says: `replace`, `delete`, or nothing at all. Throws a 500 `StatusError` for all else. */
export function readPatchDirective(patch: JSONObject): 'replace' | 'delete' | undefined {
  if (!hasPatchDirective(patch)) return undefined;
  const directive = patch[patchDirective];
  if (directive === 'replace' || directive === 'delete') return directive;
  throw newUnknownPatchType(directive, patch);
}

/** Tells whether `$patch` says what becomes of an object or item. */
export function hasPatchDirective(patch: unknown): patch is JSONObject {
  return isJSONObject(patch) && Object.hasOwn(patch, patchDirective);
}

/** Tells an item that wants its list to be merged: known, and not supported. */
export function isMergeDirective(patch: JSONObject): boolean {
  return patch[patchDirective] === 'merge';
}

/** The patch without `$patch`: what an object is replaced by. */
export function withoutPatchDirective(patch: JSONObject): JSONObject {
  const { [patchDirective]: _, ...rest } = patch;
  return rest;
}

type Directive = Parameters<typeof newMalformedDirective>[0];

function toTarget(name: string, directive: Directive): string {
  const slash = name.indexOf('/');
  const prefix = slash === -1 ? undefined : name.slice(0, slash);
  if (prefix !== orderPrefix && prefix !== deletionPrefix) throw newMalformedDirective(directive);
  return name.slice(slash + 1);
}

function toList(value: unknown, directive: Directive): readonly unknown[] {
  if (!Array.isArray(value)) throw newMalformedDirective(directive);
  return value;
}

function toScalars(value: unknown): readonly unknown[] {
  const items = toList(value, 'primitive list');
  if (items.some((item) => typeof item === 'object')) throw newMalformedDirective('primitive list');
  return items;
}

function checkRetained(changes: JSONObject, retained: ReadonlySet<unknown> | undefined): void {
  if (retained === undefined) return;
  const isForgotten = ([name, value]: [string, unknown]): boolean => value !== null && !retained.has(name);
  if (Object.entries(changes).some(isForgotten)) throw newMalformedDirective('retainKeys');
}
