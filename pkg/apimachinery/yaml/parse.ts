/** Text that is not YAML, or cannot be turned into JSON. The message is upstream's where it has one. */
export class YAMLSyntaxError extends Error {
  override readonly name = 'YAMLSyntaxError';
}

/** A decoded document. */
export interface DecodedYAML {
  readonly value: unknown;
  /** Texts about keys that appear twice, such as `line 5: key "a" already set in map`. The last one counts. */
  readonly duplicates: readonly string[];
}

/**
 * Decodes one YAML 1.1 document into a JSON value, as upstream does: `y` and `on` are booleans, timestamps are strings, keys become
 * strings. Throws a `YAMLSyntaxError`.
 */
export async function decodeYAML(text: string): Promise<DecodedYAML> {
  throw new YAMLSyntaxError(text);
}

/** Like `decodeYAML`, and throws a `YAMLSyntaxError` for duplicate keys as well. */
export async function parseYAML(text: string): Promise<unknown> {
  const { value, duplicates } = await decodeYAML(text);
  if (duplicates.length > 0) throw new YAMLSyntaxError(`yaml: unmarshal errors:\n  ${duplicates.join('\n  ')}`);
  return value;
}
