import { type FieldNode, type FieldSet, leafNode } from '../field-set/field-set.ts';
import { type PathElement, toFieldName } from '../field-set/path-element.ts';
import { isDeducedMap } from './deduced-type.ts';
import type { FieldType } from './field-type.ts';
import { childType } from './named-members.ts';

/**
 * Brings a set up to a schema that has changed since it was written: who owned parts of what is atomic now, owns all of it. Fields
 * that are granular now are left as they are (Go: `typed.ReconcileFieldSetWithSchema`).
 */
export function reconcileFieldSet(set: FieldSet, type: FieldType): FieldSet {
  const result = reconcileChildren(set, type);
  return result === undefined ? set : result;
}

// `undefined` when nothing changes, which is nearly always.
function reconcileChildren(set: FieldSet, type: FieldType): FieldSet | undefined {
  let result: Map<PathElement, FieldNode> | undefined;
  for (const [element, node] of set) {
    if (node.children.size === 0) continue;
    const child = isKnown(type, element) ? childType(type, element) : undefined;
    const changed = child && reconcileNode(node, child);
    if (changed === undefined) continue;
    result ??= new Map(set);
    result.set(element, changed);
  }
  return result;
}

function reconcileNode(node: FieldNode, type: FieldType): FieldNode | undefined {
  if (type.map !== undefined) {
    if (isDeducedMap(type.map)) return undefined;
    if (type.map.relationship === 'atomic') return leafNode();
  } else if (type.scalar !== undefined) return undefined;
  else if (type.list?.relationship === 'atomic') return leafNode();
  const children = reconcileChildren(node.children, type);
  return children && { isMember: node.isMember, children };
}

function isKnown(type: FieldType, element: PathElement): boolean {
  return toFieldName(element) === undefined ? type.list !== undefined : type.map !== undefined;
}
