/** Codes of the characters that JSON is made of. */
export const jsonCode = {
  quote: 0x22,
  comma: 0x2c,
  colon: 0x3a,
  openBracket: 0x5b,
  backslash: 0x5c,
  closeBracket: 0x5d,
  openBrace: 0x7b,
  closeBrace: 0x7d,
} as const;

/** Position of the quote that ends the string whose opening quote is at `start`; the end of the text when there is none. */
export function endOfString(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    let first = at;
    while (text.charCodeAt(first - 1) === jsonCode.backslash) first--;
    if ((at - first) % 2 === 0) return at;
  }
  return text.length;
}
