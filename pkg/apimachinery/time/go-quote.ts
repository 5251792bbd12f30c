/** Quotes a text as Go's `time` does, which has a way of its own: bytes beyond ASCII are escaped. */
export function quoteForTime(text: string): string {
  const bytes = [...Buffer.from(text)].map((byte) => {
    if (byte === 0x22 || byte === 0x5c) return `\\${String.fromCodePoint(byte)}`;
    return byte < 0x20 || byte >= 0x80 ? `\\x${byte.toString(16).padStart(2, '0')}` : String.fromCodePoint(byte);
  });
  return `"${bytes.join('')}"`;
}
