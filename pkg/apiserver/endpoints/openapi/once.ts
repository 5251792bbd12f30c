/** A function that computes its value when it is first called, and keeps it. A call that throws is tried again. */
export function once<T>(compute: () => T): () => T {
  let kept: { readonly value: T } | undefined;
  return () => (kept ??= { value: compute() }).value;
}
