/** Splits a JSON pointer (RFC 6901) into its parts, or answers `undefined` when it is none. The empty pointer is the document. */
export function tryParsePointer(pointer: string): string[] | undefined {
  if (pointer === '') return [];
  if (!pointer.startsWith('/')) return undefined;
  return pointer.slice(1).split('/').map(unescapePart);
}

// `~01` is `~1`: the slash must be unescaped first.
function unescapePart(part: string): string {
  return part.includes('~') ? part.replaceAll('~1', '/').replaceAll('~0', '~') : part;
}

const index = /^-?(?:0|[1-9][0-9]*)$/;

/**
 * The position that a part of a pointer names among `length` places, or `undefined`. Negative positions count from the end, as upstream's
 * patch library has it.
 */
export function toArrayPosition(part: string, length: number): number | undefined {
  if (!index.test(part)) return undefined;
  const position = Number(part) < 0 ? Number(part) + length : Number(part);
  return position >= 0 && position < length ? Math.abs(position) : undefined;
}
