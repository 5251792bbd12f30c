/** Runes in all warnings of one answer; beyond it, each is cut. */
const maxTotal = 4096;

/** Runes in one warning when there are too many. */
const maxEach = 256;

/**
 * Values of the `Warning` header, one a text: `299 - "text"`. Texts with control characters are dropped, equal ones sent
 * once. Sources: RFC 7234 section 5.5; apiserver `pkg/endpoints/filters/warning.go`.
 */
export function toWarningHeaders(texts: readonly string[]): string[] {
  if (texts.length === 0) return [];
  const usable = [...new Set(texts)].filter((text) => text !== '' && !hasControlCharacter(text));
  const total = usable.reduce((sum, text) => sum + Array.from(text).length, 0);
  if (total <= maxTotal) return usable.map((text) => toHeader(text));
  return usable.slice(0, maxTotal / maxEach).map((text) => toHeader(Array.from(text).slice(0, maxEach).join('')));
}

function hasControlCharacter(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x20 || code === 0x7f) return true;
  }
  return false;
}

/** Header values are bytes: UTF-8, written as latin1, as Go sends them. */
function toHeader(text: string): string {
  return Buffer.from(`299 - "${text.replace(/[\\"]/g, '\\$&')}"`).toString('latin1');
}
