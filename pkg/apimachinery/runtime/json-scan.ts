/** Nesting that a document may have. Go allows 10,000; `JSON.stringify` runs out of stack before half of that. */
export const maxJSONDepth = 1000;

const quote = 0x22;
const backslash = 0x5c;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const comma = 0x2c;
const colon = 0x3a;

/** Tells whether JSON text is nested deeper than `maxJSONDepth`. The text need not be valid. */
export function isTooDeep(text: string): boolean {
  if (text.length <= maxJSONDepth) return false;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === quote) at = endOfString(text, at);
    else if (code === openBrace || code === openBracket) depth++;
    else if (code === closeBrace || code === closeBracket) depth--;
    if (depth > maxJSONDepth) return true;
  }
  return false;
}

/** Position of the quote that ends the string starting at `start`. */
function endOfString(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    let first = at;
    while (text.charCodeAt(first - 1) === backslash) first--;
    if ((at - first) % 2 === 0) return at;
  }
  return text.length;
}

const suspiciousNumber = /[0-9]{16}|[eE]\+?[0-9]{3}/;

/** The first number of valid JSON text that JavaScript cannot hold: an integer that would be rounded, or infinity. */
export function findInexactNumber(text: string): string | undefined {
  if (!suspiciousNumber.test(text)) return undefined;
  const number = /-?[0-9][0-9.eE+-]*/y;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === quote) at = endOfString(text, at);
    number.lastIndex = at;
    const literal = number.exec(text)?.[0];
    if (literal === undefined) continue;
    if (isInexact(literal)) return literal;
    at += literal.length - 1;
  }
  return undefined;
}

function isInexact(literal: string): boolean {
  const value = Number(literal);
  if (!Number.isFinite(value)) return true;
  return literal.length >= 16 && /^-?[0-9]+$/.test(literal) && BigInt(literal) !== BigInt(value);
}

interface OpenContainer {
  /** Keys seen so far; absent for an array. */
  readonly keys: Set<string> | undefined;
  key: string;
  index: number;
  expectsKey: boolean;
}

/** How many faults of one body are reported: enough to find them, not enough to fill the memory. */
export const maxStrictErrors = 100;

/** Paths of members that valid JSON text holds twice, such as `spec.items[0].name`, in document order, at most 100. */
export function findDuplicateFields(text: string): string[] {
  const found = new Set<string>();
  const open: OpenContainer[] = [];
  for (let at = 0; at < text.length && found.size < maxStrictErrors; at++) {
    const code = text.charCodeAt(at);
    const top = open.at(-1);
    if (code === quote) {
      const end = endOfString(text, at);
      if (top?.expectsKey === true) noteKey(open, top, { text: text.slice(at, end + 1), found });
      at = end;
    } else if (code === openBrace || code === openBracket) {
      const isObject = code === openBrace;
      open.push({ keys: isObject ? new Set() : undefined, key: '', index: 0, expectsKey: isObject });
    } else if (code === closeBrace || code === closeBracket) {
      open.pop();
    } else if (code === comma && top !== undefined) {
      top.index++;
      top.expectsKey = top.keys !== undefined;
    } else if (code === colon && top !== undefined) {
      top.expectsKey = false;
    }
  }
  return [...found];
}

function noteKey(open: readonly OpenContainer[], top: OpenContainer, key: { text: string; found: Set<string> }): void {
  top.key = key.text.includes('\\') ? (JSON.parse(key.text) as string) : key.text.slice(1, -1);
  if (top.keys?.has(top.key) === true) key.found.add(toPath(open));
  top.keys?.add(top.key);
}

function toPath(open: readonly OpenContainer[]): string {
  const parts = open.map(({ keys, key, index }) => (keys === undefined ? `[${index}]` : `.${key}`));
  return parts.join('').replace(/^\./, '');
}
