import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';
import { newBadRequest } from '../../apimachinery/errors/constructors.ts';
import type { FieldSelector } from '../../apimachinery/fields/selector.ts';
import type { LabelSelector } from '../../apimachinery/labels/selector.ts';
import type { KindDefinition } from '../../apimachinery/schema/kind-definition.ts';

/** Which objects of a resource a request is about. */
export interface Selection {
  /** True when every object matches, so that nothing needs to be looked at. */
  readonly everything: boolean;
  /** The one name that can match, when the field selector says so. */
  readonly name?: string;
  matches(object: KubernetesObject): boolean;
}

/** Selects every object. */
export const everything: Selection = { everything: true, matches: () => true };

/** Parsed selectors of a request. */
export interface Selectors {
  readonly labelSelector: LabelSelector;
  readonly fieldSelector: FieldSelector;
}

/** Of what is selected. */
export interface SelectionTarget {
  readonly kind: KindDefinition;
  /** Name in the path of a watch on one object; empty for a collection. */
  readonly name: string;
}

/** Combines selectors. Throws a 400 that names a field that cannot be selected by. */
export function newSelection(
  { labelSelector, fieldSelector }: Selectors,
  { kind, name: pathName }: SelectionTarget,
): Selection {
  checkFields(fieldSelector, kind);
  const selected = fieldSelector.exactMatch('metadata.name');
  if (pathName !== '' && selected !== undefined && selected !== pathName) {
    throw newBadRequest("fieldSelector metadata.name doesn't match requested name");
  }
  if (labelSelector.isEmpty && fieldSelector.isEmpty && pathName === '') return everything;
  const name = pathName === '' ? selected : pathName;
  return {
    everything: false,
    ...(name === undefined ? {} : { name }),
    matches: (object) =>
      (pathName === '' || object.metadata.name === pathName) &&
      labelSelector.matches(object.metadata.labels) &&
      fieldSelector.matches((path) => readField(object, path, kind)),
  };
}

function checkFields(fields: FieldSelector, kind: KindDefinition): void {
  for (const { path } of fields.requirements) {
    if (path === 'metadata.name' || path === 'metadata.namespace') continue;
    if (kind.selectableFields !== undefined && Object.hasOwn(kind.selectableFields, path)) continue;
    throw newBadRequest(`field label not supported: ${path}`);
  }
}

function readField(object: KubernetesObject, path: string, kind: KindDefinition): string {
  if (path === 'metadata.name') return object.metadata.name ?? '';
  if (path === 'metadata.namespace') return object.metadata.namespace ?? '';
  return kind.selectableFields?.[path]?.(object) ?? '';
}
