/**
 * Encodes a value as Go's JSON encoder does: compact with a newline at the end, or indented by two spaces without one.
 * Characters that HTML or JavaScript could take for code are escaped.
 */
export function encodeJSON(value: unknown, pretty = false): string {
  const text = pretty ? JSON.stringify(value, undefined, 2) : `${JSON.stringify(value)}\n`;
  return unsafeCharacter.test(text) ? text.replaceAll(unsafeCharacters, escapeCharacter) : text;
}

const unsafeCharacter = /[<>&\u2028\u2029]/;
const unsafeCharacters = /[<>&\u2028\u2029]/g;

// These stand in strings only, where an escape is the same text.
function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
