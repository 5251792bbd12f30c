/** Runs a function over items, a limited number at a time, so that neither file descriptors nor memory run out. */
export async function inParallel<T>(
  items: readonly T[],
  limit: number,
  run: (item: T) => Promise<void>,
): Promise<void> {
  // The lanes share one iterator: each takes the next item when it is done with one.
  const shared = items.values();
  const lane = async (): Promise<void> => {
    for (const item of shared) await run(item);
  };
  await Promise.all(Array.from({ length: limit }, lane));
}

/** How many files are read or written at a time: enough to keep a disk busy. */
export const fileLanes = 64;
