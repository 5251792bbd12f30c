const pattern = /^v(\d+)(?:(alpha|beta)(\d+))?$/;
const maturities: readonly (string | undefined)[] = ['alpha', 'beta', undefined];

/**
 * Orders API versions by preference, best first, for `sort`: v10, v2, v1, v11beta2, v10beta3, v3beta1, v12alpha1, then names that do
 * not look like versions, in alphabetical order (Go: `version.CompareKubeAwareVersionStrings`, reversed).
 */
export function compareKubeVersions(a: string, b: string): number {
  if (a === b) return 0;
  const left = pattern.exec(a);
  const right = pattern.exec(b);
  if (left === null || right === null) {
    if (left === null && right === null) return a < b ? -1 : 1;
    return left === null ? 1 : -1;
  }
  const maturity = maturities.indexOf(right[2]) - maturities.indexOf(left[2]);
  return maturity || Number(right[1]) - Number(left[1]) || Number(right[3] ?? 0) - Number(left[3] ?? 0);
}
