/** What a token of a label selector is. Words that are operators become identifiers where a value is expected. */
export type TokenKind = 'end' | 'identifier' | ')' | '(' | ',' | '!' | '==' | '=' | '!=' | '>' | '<' | 'in' | 'notin';

/** A token with the text that it stands for; error texts quote it. */
export interface Token {
  readonly kind: TokenKind;
  readonly literal: string;
}

const twoCharacterSymbols: readonly string[] = ['==', '!='];
const symbolCharacters = '=!(),<>';
const space = /[ \t\r\n]*/y;
const word = /[^ \t\r\n=!(),<>]+/y;

/** Splits the text of a label selector. The last token is always `end`. */
export function scanLabelSelector(text: string): Token[] {
  const tokens: Token[] = [];
  for (let at = skipSpace(text, 0); at < text.length; at = skipSpace(text, at)) {
    const token = symbolCharacters.includes(text.charAt(at)) ? scanSymbol(text, at) : scanWord(text, at);
    tokens.push(token.token);
    at = token.next;
  }
  tokens.push({ kind: 'end', literal: '' });
  return tokens;
}

function skipSpace(text: string, at: number): number {
  space.lastIndex = at;
  space.test(text);
  return space.lastIndex;
}

function scanWord(text: string, at: number): { token: Token; next: number } {
  word.lastIndex = at;
  const literal = word.exec(text)?.[0] ?? '';
  const kind = literal === 'in' || literal === 'notin' ? literal : 'identifier';
  return { token: { kind, literal }, next: at + literal.length };
}

// Upstream takes the longest symbol: `==` is one token, `,,` are two.
function scanSymbol(text: string, at: number): { token: Token; next: number } {
  const two = text.slice(at, at + 2);
  const literal = twoCharacterSymbols.includes(two) ? two : text.charAt(at);
  return { token: { kind: literal as TokenKind, literal }, next: at + literal.length };
}
