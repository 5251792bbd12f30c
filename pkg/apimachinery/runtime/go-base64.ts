/** Alphabets of Go's `encoding/base64`: `StdEncoding` with padding, `RawURLEncoding` without. */
export type Base64Encoding = 'std' | 'rawurl';

/** Go's text for the first fault of base64 text, or `undefined` when it can be decoded. Line breaks are ignored. */
export function findBase64Error(text: string, encoding: Base64Encoding): string | undefined {
  const at = findFault(text, encoding);
  return at === undefined ? undefined : `illegal base64 data at input byte ${at}`;
}

function findFault(text: string, encoding: Base64Encoding): number | undefined {
  const symbol = encoding === 'std' ? /[A-Za-z0-9+/]/ : /[A-Za-z0-9_-]/;
  let inGroup = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === '\n' || character === '\r') continue;
    if (symbol.test(character)) inGroup = (inGroup + 1) % 4;
    else if (character === '=' && encoding === 'std' && inGroup >= 2) return findPaddingFault(text, at, 4 - inGroup);
    else return Buffer.byteLength(text.slice(0, at));
  }
  if (inGroup === 0 || (encoding === 'rawurl' && inGroup > 1)) return undefined;
  return text.length - (encoding === 'std' ? inGroup : 1);
}

// After the first `=`: as many as fill the group, then nothing.
function findPaddingFault(text: string, first: number, count: number): number | undefined {
  let left = count;
  for (let at = first; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === '\n' || character === '\r') continue;
    if (left === 0) return at;
    if (character !== '=') return at - 1;
    left--;
  }
  return left === 0 ? undefined : text.length;
}
