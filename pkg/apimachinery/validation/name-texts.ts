/** Fault of a value that is empty and must not be. */
export const emptyText = 'must be non-empty';

/** Fault of a value that has too many bytes. */
export function maxLengthText(bytes: number): string {
  return `must be no more than ${bytes} bytes`;
}

/** Fault of a value that does not match. The two spaces between examples are upstream's. */
export function regexText(message: string, pattern: string, examples: readonly string[]): string {
  const listed = examples.map((example) => `'${example}'`).join(',  or ');
  return `${message} (e.g. ${listed}, regex used for validation is '${pattern}')`;
}
