const escapes: Readonly<Record<string, string>> = {
  '<': '\\u003c',
  '>': '\\u003e',
  '&': '\\u0026',
  '\u2028': '\\u2028',
  '\u2029': '\\u2029',
};

/**
 * JSON text as Go's `encoding/json` writes it: these five characters are escaped, so that hashes of equal documents are
 * equal on both sides. They can occur inside of strings only, so replacing them in the finished text is safe.
 */
export function toGoJSON(value: unknown): string {
  return JSON.stringify(value).replaceAll(/[<>&\u2028\u2029]/g, (char) => escapes[char] ?? char);
}
