import type { GroupVersionKind } from '../../../apimachinery/schema/group-version.ts';

/** A parameter of a request, in neither OpenAPI version's syntax. */
export interface Parameter {
  readonly name: string;
  readonly in: 'query' | 'path';
  readonly type: 'boolean' | 'integer' | 'string';
  readonly description: string;
}

/** HTTP methods that operations have, in the order that documents list them. */
export const operationMethods = ['get', 'put', 'post', 'delete', 'patch'] as const;

/** A method of a path, in neither OpenAPI version's syntax. */
export interface Operation {
  readonly method: (typeof operationMethods)[number];
  readonly tag: string;
  readonly description: string;
  readonly operationId: string;
  readonly parameters: readonly Parameter[];
  readonly body?: { readonly definition: string; readonly required: boolean };
  /** Media types of the body. */
  readonly consumes: readonly string[];
  /** Media types of the answer. */
  readonly produces: readonly string[];
  /** Status codes that carry an object. */
  readonly codes: readonly ('200' | '201' | '202')[];
  /** Definition of what they carry. */
  readonly answer: string;
  /** The `x-kubernetes-action`; absent for what is no resource. */
  readonly action?: string;
  readonly gvk?: GroupVersionKind;
}

/** A path with its operations. */
export interface PathItem {
  readonly path: string;
  readonly operations: readonly Operation[];
  /** What all operations have in common. */
  readonly parameters: readonly Parameter[];
}

/**
 * A path whose operations share parameters: those that every operation has are listed once for the path, the rest with
 * their operation, both sorted by name.
 */
export function newPathItem(path: string, operations: readonly Operation[]): PathItem {
  const [first, ...others] = operations;
  const isShared = (parameter: Parameter): boolean =>
    others.every((each) => each.parameters.some((other) => other.name === parameter.name && other.in === parameter.in));
  const shared = (first?.parameters ?? []).filter(isShared);
  const sharedNames = new Set(shared.map((each) => each.name));
  return {
    path,
    operations: operations.map((each) => ({
      ...each,
      parameters: sortByName(each.parameters.filter((parameter) => !sharedNames.has(parameter.name))),
    })),
    parameters: sortByName(shared),
  };
}

function sortByName(parameters: readonly Parameter[]): Parameter[] {
  return parameters.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
