import { endOfString, jsonCode } from './json-text.ts';

/** Nesting that a document may have. Go allows 10,000; `JSON.stringify` runs out of stack before half of that. */
export const maxJSONDepth = 1000;

/** Tells whether JSON text is nested deeper than `maxJSONDepth`. The text need not be valid. */
export function isTooDeep(text: string): boolean {
  if (text.length <= maxJSONDepth) return false;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === jsonCode.quote) at = endOfString(text, at);
    else if (code === jsonCode.openBrace || code === jsonCode.openBracket) depth++;
    else if (code === jsonCode.closeBrace || code === jsonCode.closeBracket) depth--;
    if (depth > maxJSONDepth) return true;
  }
  return false;
}

const suspiciousNumber = /[0-9]{16}|[eE]\+?[0-9]{3}/;

/** The first number of valid JSON text that JavaScript cannot hold: an integer that would be rounded, or infinity. */
export function findInexactNumber(text: string): string | undefined {
  if (!suspiciousNumber.test(text)) return undefined;
  const token = /"|-?[0-9][0-9.eE+-]*/g;
  for (let found = token.exec(text); found !== null; found = token.exec(text)) {
    const [literal] = found;
    if (literal === '"') token.lastIndex = endOfString(text, found.index) + 1;
    else if (isInexact(literal)) return literal;
  }
  return undefined;
}

function isInexact(literal: string): boolean {
  const value = Number(literal);
  if (!Number.isFinite(value)) return true;
  return literal.length >= 16 && /^-?[0-9]+$/.test(literal) && BigInt(literal) !== BigInt(value);
}
