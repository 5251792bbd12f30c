import { chooseStyle, isPrintable } from './scalar-style.ts';

/** Where a string is written. */
export interface ScalarPlace {
  /** Characters on the line so far. */
  readonly column: number;
  /** Columns in front of a continuation line. */
  readonly indent: number;
  /** Keys stay on one line. */
  readonly isKey: boolean;
}

// Lines are folded at the first single space behind this column.
const bestWidth = 80;

/** Writes a string in the style that Go's encoder chooses for it. */
export function writeString(text: string, place: ScalarPlace): string {
  const style = chooseStyle(text, place.isKey);
  if (style === 'literal') return writeLiteral(text, place.indent);
  if (style === 'plain') return fold(Array.from(text), place, { open: '', mayFoldEnds: true });
  if (style === 'single') {
    return `${fold(Array.from(text.replaceAll("'", "''")), place, { open: "'", mayFoldEnds: false })}'`;
  }
  return `${fold(Array.from(text, escape), place, { open: '"', mayFoldEnds: false, escapesSpace: true })}"`;
}

interface Quoting {
  readonly open: string;
  /** Whether a space at either end may become a line break. */
  readonly mayFoldEnds: boolean;
  /** A space behind a fold is kept by a backslash in front of it. */
  readonly escapesSpace?: boolean;
}

function fold(units: readonly string[], place: ScalarPlace, quoting: Quoting): string {
  const { indent, isKey } = place;
  let out = quoting.open;
  let column = place.column + out.length;
  let afterSpace = false;
  for (const [at, unit] of units.entries()) {
    const isSpace = unit === ' ';
    const isEnd = at === 0 || at === units.length - 1;
    const nextIsSpace = units[at + 1] === ' ';
    const mayFold = isSpace && !isKey && !afterSpace && column > bestWidth && (quoting.mayFoldEnds || !isEnd);
    if (mayFold && (quoting.escapesSpace === true || !nextIsSpace)) {
      const kept = nextIsSpace ? '\\' : '';
      out += `\n${' '.repeat(indent)}${kept}`;
      column = indent + kept.length;
    } else {
      out += unit;
      column += Array.from(unit).length;
    }
    afterSpace = isSpace;
  }
  return out;
}

const escapes: ReadonlyMap<string, string> = new Map([
  ['\0', '\\0'],
  ['\u0007', '\\a'],
  ['\b', '\\b'],
  ['\t', '\\t'],
  ['\n', '\\n'],
  ['\v', '\\v'],
  ['\f', '\\f'],
  ['\r', '\\r'],
  ['\u001b', '\\e'],
  ['"', '\\"'],
  ['\\', '\\\\'],
  ['\u0085', '\\N'],
  ['\u2028', '\\L'],
  ['\u2029', '\\P'],
]);

function escape(character: string): string {
  const short = escapes.get(character);
  if (short !== undefined) return short;
  if (isPrintable(character)) return character;
  const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase();
  if (code.length <= 2) return `\\x${code.padStart(2, '0')}`;
  return code.length <= 4 ? `\\u${code.padStart(4, '0')}` : `\\U${code.padStart(8, '0')}`;
}

function writeLiteral(text: string, indent: number): string {
  // A line that begins with a space would be taken for indentation.
  const hint = /^[ \n]/.test(text) ? '2' : '';
  const lines = text.split('\n');
  const chomp = text.endsWith('\n') ? (text === '\n' || text.endsWith('\n\n') ? '+' : '') : '-';
  if (text.endsWith('\n')) lines.pop();
  const body = lines.map((line) => (line === '' ? '' : ' '.repeat(indent) + line));
  return `|${hint}${chomp}\n${body.join('\n')}`;
}
