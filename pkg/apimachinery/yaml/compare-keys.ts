/**
 * Orders keys as Go's YAML encoder does: runs of digits by their number, letters after everything else. So `a2` comes before `a10`, and
 * `.` before `f:name` (Go: `yaml.v2`, `keyList`).
 */
export function compareKeys(a: string, b: string): number {
  const left = Array.from(a);
  const right = Array.from(b);
  const length = Math.min(left.length, right.length);
  let afterDigit = false;
  for (let at = 0; at < length; at++) {
    const [x = '', y = ''] = [left[at], right[at]];
    if (x !== y) return compareFrom({ left, right, at, afterDigit });
    afterDigit = isDigit(x);
  }
  return left.length - right.length;
}

interface Difference {
  readonly left: readonly string[];
  readonly right: readonly string[];
  /** Where the keys begin to differ. */
  readonly at: number;
  readonly afterDigit: boolean;
}

function compareFrom({ left, right, at, afterDigit }: Difference): number {
  const [x = '', y = ''] = [left[at], right[at]];
  const [xIsLetter, yIsLetter] = [isLetter(x), isLetter(y)];
  if (xIsLetter && yIsLetter) return codeOf(x) - codeOf(y);
  if (xIsLetter || yIsLetter) return xIsLetter === afterDigit ? -1 : 1;
  // A zero within a number counts by its place: a digit in front of it makes both sides numbers of equal head.
  const head = (x === '0' || y === '0') && hasNonZeroBefore(left, at) ? '1' : '';
  const [xDigits, yDigits] = [digitsFrom(left, at), digitsFrom(right, at)];
  const difference = BigInt(`0${head}${xDigits}`) - BigInt(`0${head}${yDigits}`);
  if (difference !== 0n) return difference < 0n ? -1 : 1;
  return xDigits.length - yDigits.length || codeOf(x) - codeOf(y);
}

function hasNonZeroBefore(key: readonly string[], at: number): boolean {
  for (let before = at - 1; isDigit(key[before] ?? ''); before--) if (key[before] !== '0') return true;
  return false;
}

function digitsFrom(key: readonly string[], at: number): string {
  let end = at;
  while (isDigit(key[end] ?? '')) end++;
  return key.slice(at, end).join('');
}

function isDigit(character: string): boolean {
  return character >= '0' && character <= '9';
}

function isLetter(character: string): boolean {
  return /^\p{L}$/u.test(character);
}

function codeOf(character: string): number {
  return character.codePointAt(0) ?? 0;
}
