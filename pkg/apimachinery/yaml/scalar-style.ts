import { resolveScalar } from './resolve-scalar.ts';

/** How a string is written. */
export type ScalarStyle = 'plain' | 'single' | 'double' | 'literal';

/** Chooses the style of a string as Go's encoder does (libyaml, `analyze_scalar` and `select_scalar_style`). */
export function chooseStyle(text: string, isKey: boolean): ScalarStyle {
  const allowed = analyze(text);
  if (text.includes('\n')) return allowed.literal && !isKey ? 'literal' : 'double';
  if (resolveScalar(text).kind !== 'string') return 'double';
  if (allowed.plain) return 'plain';
  return allowed.single ? 'single' : 'double';
}

interface Allowed {
  readonly plain: boolean;
  readonly single: boolean;
  readonly literal: boolean;
}

// Characters that begin something else than a plain word; `-`, `?` and `:` only in front of a space.
const indicatorAtStart = /^(?:[#,[\]{}&*!|>'"%@`]|[-?:](?:[ \n]|$)|---|\.\.\.)/;
const indicatorInside = /.:(?:[ \n]|$)|[ \n]#/s;

function analyze(text: string): Allowed {
  const isSpecial = hasUnprintable(text) || / \n/.test(text);
  const hasEdge = /^[ \n]|[ \n]$/.test(text);
  const hasIndicator = indicatorAtStart.test(text) || indicatorInside.test(text);
  return {
    plain: !isSpecial && !hasEdge && !hasIndicator && !text.includes('\n'),
    single: !isSpecial && !/\n /.test(text),
    literal: !isSpecial && !text.endsWith(' '),
  };
}

/** Tells whether a character is written as it is; tabs, and characters beyond U+FFFF, are not. */
export function isPrintable(character: string): boolean {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0xa0) return code === 0x0a || (code >= 0x20 && code <= 0x7e);
  return code <= 0xfffd && code !== 0xfeff && code !== 0x2028 && code !== 0x2029 && !(code >= 0xd800 && code <= 0xdfff);
}

function hasUnprintable(text: string): boolean {
  for (const character of text) if (!isPrintable(character)) return true;
  return false;
}
