/** One condition on a field: the text at a path equals a value, or does not. */
export interface FieldRequirement {
  /** Path such as `metadata.name`. */
  readonly path: string;
  readonly operator: '=' | '!=';
  readonly value: string;
}

/** A condition on the fields of objects (Go: `fields.Selector`). */
export interface FieldSelector {
  /** In the order of their texts, as upstream sorts them. None means that everything is selected. */
  readonly requirements: readonly FieldRequirement[];
  /** Whether everything is selected. */
  readonly isEmpty: boolean;
  /** Tells whether an object is selected. `get` answers with the text at a path, the empty string when there is none. */
  matches(get: (path: string) => string): boolean;
  /** The value that a path must equal, when the selector demands one (Go: `RequiresExactMatch`). */
  exactMatch(path: string): string | undefined;
  /** The canonical text; parsing it gives the same selector. */
  toString(): string;
}

/** The selector that asks for all of these requirements. */
export function newFieldSelector(requirements: readonly FieldRequirement[]): FieldSelector {
  return {
    requirements,
    isEmpty: requirements.length === 0,
    matches: (get) => requirements.every(({ path, operator, value }) => (get(path) === value) === (operator === '=')),
    exactMatch: (path) => requirements.find((each) => each.path === path && each.operator === '=')?.value,
    toString: () => requirements.map(formatRequirement).join(','),
  };
}

/** The selector that selects everything. */
export const everyField: FieldSelector = newFieldSelector([]);

/** Escapes a value for the text of a field selector. */
export function escapeFieldValue(value: string): string {
  return value.replaceAll(/[\\,=]/g, '\\$&');
}

function formatRequirement({ path, operator, value }: FieldRequirement): string {
  return `${path}${operator}${escapeFieldValue(value)}`;
}
