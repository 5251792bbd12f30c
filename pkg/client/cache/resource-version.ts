/**
 * Negative when `a` is older than `b`, positive when it is newer, 0 when they are equal or cannot be compared. Revisions are
 * plain decimals of any length (Go: `resourceversion.CompareResourceVersion`).
 */
export function compareResourceVersions(a: string, b: string): number {
  if (a === b || !isDecimal(a) || !isDecimal(b)) return 0;
  if (a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : 1;
}

function isDecimal(text: string): boolean {
  return /^[1-9]\d*$/.test(text);
}
