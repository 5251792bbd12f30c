const TOKENS =
  // Line comment, block comment, the three kinds of string, and a regular expression that could hold a quote.
  /\/\/[^\n]*|\/\*[\s\S]*?\*\/|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\[\s\S]|[^`\\])*`|(?<=[=(,:[!&|?{};\n]\s*)\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n])+\//g;

/**
 * The source with its comments blanked out; line numbers stay. Good enough for our own formatted sources, not a parser.
 * `replaceString` may put something else in the place of each string literal, quotes included.
 */
export function stripComments(
  source: string,
  replaceString: (literal: string) => string = (literal) => literal,
): string {
  return source.replaceAll(TOKENS, (token) => {
    if (token.startsWith('//') || token.startsWith('/*')) return token.replaceAll(/[^\n]/g, ' ');
    return token.startsWith('/') ? token : replaceString(token);
  });
}
