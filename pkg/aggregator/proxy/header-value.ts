// A lone surrogate has no UTF-8 form, and a control character ends or corrupts the line. Blanks at the ends are removed by every
// receiver, so that " admin" would arrive as "admin".
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const unsendable = /[\u0000-\u0008\u000a-\u001f\u007f\p{Surrogate}]|^[ \t]|[ \t]$/u;
const ascii = /^[\t\u0020-\u007e]*$/;

/**
 * The form of a text in which a header line carries it: its UTF-8 bytes, one character per byte, as Go's client sends it.
 * `undefined` when no line can carry it unchanged.
 */
export function toHeaderValue(text: string): string | undefined {
  if (unsendable.test(text)) return undefined;
  return ascii.test(text) ? text : Buffer.from(text, 'utf8').toString('latin1');
}
