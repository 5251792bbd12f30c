import type { FieldNode, FieldSet } from '../field-set/field-set.ts';
import { type PathElement, toFieldName } from '../field-set/path-element.ts';
import { type FieldType, memberType } from './field-type.ts';

/**
 * The set with every declared member on the way to a path as a member itself. Such members are not owned, but go when nothing
 * is left in them; entries of maps are owned by themselves (Go: `EnsureNamedFieldsAreMembers`).
 */
export function withNamedMembers(set: FieldSet, type: FieldType | undefined): FieldSet {
  if (set.size === 0) return set;
  const result = new Map<PathElement, FieldNode>();
  for (const [element, { isMember, children }] of set) {
    const name = toFieldName(element);
    const isNamed = name !== undefined && type?.map?.fields.has(name) === true;
    const below = withNamedMembers(children, childType(type, element));
    result.set(element, { isMember: isMember || (isNamed && children.size > 0), children: below });
  }
  return result;
}

/** The type of what a step leads to, as far as it is known. */
export function childType(type: FieldType | undefined, element: PathElement): FieldType | undefined {
  const name = toFieldName(element);
  if (name === undefined) return type?.list?.element;
  return type?.map === undefined ? undefined : memberType(type.map, name);
}
