/** Byte order, as Go sorts strings: a locale must not change a document. For ASCII, which names here are. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** A copy of the object with its members in byte order, as Go writes maps. */
export function sortMembers<T>(members: { readonly [name: string]: T }): { [name: string]: T } {
  return Object.fromEntries(Object.entries(members).toSorted(([a], [b]) => compareText(a, b)));
}
