/** What Go calls the kind of a JSON value in its decoding errors. `null` has none: it fits every type. */
export function toGoJSONKind(value: unknown): 'string' | 'number' | 'bool' | 'array' | 'object' {
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'number':
      return 'number';
    case 'boolean':
      return 'bool';
    default:
      return Array.isArray(value) ? 'array' : 'object';
  }
}
