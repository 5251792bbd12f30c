import { isJSONObject, type JSONObject, setMember } from '../../runtime/json.ts';
import { emptyFieldSet, type FieldNode, type FieldSet, leafNode, unionNodes } from './field-set.ts';
import { ManagedFieldsError } from './managed-fields-error.ts';
import { parsePathElement, type PathElement } from './path-element.ts';
import { sortPathElements } from './sort-elements.ts';

/** The wire form of a set: `{"f:spec":{".":{},"f:replicas":{}}}`. */
export type FieldsV1 = { [element: string]: FieldsV1 };

/** Reads the wire form of a set. Throws a `ManagedFieldsError`. */
export function parseFieldsV1(fields: unknown): FieldSet {
  if (fields === undefined || fields === null) return emptyFieldSet;
  if (!isJSONObject(fields)) throw new ManagedFieldsError('fieldsV1 must be an object');
  return parseMembers(fields);
}

function parseMembers(fields: JSONObject): FieldSet {
  const set = new Map<PathElement, FieldNode>();
  for (const [text, value] of Object.entries(fields)) {
    if (text === '.') continue;
    const element = parsePathElement(text);
    if (element === undefined) continue;
    const node = parseNode(value, text);
    if (node === undefined) continue;
    // Two spellings of the same keys are one item.
    const known = set.get(element);
    set.set(element, known === undefined ? node : unionNodes(known, node));
  }
  return set;
}

// Whoever writes nothing inside means the field itself.
function parseNode(value: unknown, text: string): FieldNode | undefined {
  if (value === null) return leafNode();
  if (!isJSONObject(value)) throw new ManagedFieldsError(`expected an object at ${text}`);
  if (isEmpty(value)) return leafNode();
  const children = parseMembers(value);
  const isMember = Object.hasOwn(value, '.');
  return isMember || children.size > 0 ? { isMember, children } : undefined;
}

function isEmpty(object: JSONObject): boolean {
  for (const _ in object) return false;
  return true;
}

/** Writes a set as upstream does: `.` first, then members by name, list items, set items, indices. */
export function toFieldsV1(set: FieldSet): FieldsV1 {
  return writeMembers(set, {});
}

function writeMembers(set: FieldSet, result: FieldsV1): FieldsV1 {
  for (const element of set.size > 1 ? sortPathElements(set.keys()) : set.keys()) {
    const node = set.get(element);
    if (node !== undefined) setMember(result, element, writeNode(node));
  }
  return result;
}

function writeNode({ isMember, children }: FieldNode): FieldsV1 {
  return writeMembers(children, isMember && children.size > 0 ? { '.': {} } : {});
}
