import { endOfString, jsonCode } from './json-text.ts';

/** How many faults of one body are reported: enough to find them, not enough to fill the memory. */
export const maxStrictErrors = 100;

interface OpenContainer {
  /** Keys seen so far; absent for an array. */
  readonly keys: Set<string> | undefined;
  key: string;
  index: number;
  expectsKey: boolean;
}

/** Paths of members that valid JSON text holds twice, such as `spec.items[0].name`, in document order, at most 100. */
export function findDuplicateFields(text: string): string[] {
  const found = new Set<string>();
  const open: OpenContainer[] = [];
  for (let at = 0; at < text.length && found.size < maxStrictErrors; at++) {
    const code = text.charCodeAt(at);
    const top = open.at(-1);
    if (code === jsonCode.quote) {
      const end = endOfString(text, at);
      if (top?.expectsKey === true) noteKey(open, top, { text: text.slice(at, end + 1), found });
      at = end;
    } else if (code === jsonCode.openBrace || code === jsonCode.openBracket) {
      const isObject = code === jsonCode.openBrace;
      open.push({ keys: isObject ? new Set() : undefined, key: '', index: 0, expectsKey: isObject });
    } else if (code === jsonCode.closeBrace || code === jsonCode.closeBracket) {
      open.pop();
    } else if (code === jsonCode.comma && top !== undefined) {
      top.index++;
      top.expectsKey = top.keys !== undefined;
    } else if (code === jsonCode.colon && top !== undefined) {
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
