import type { BenchContext } from './bench.ts';
import { Scope } from './scope.ts';

/** Runs a part of a benchmark, and takes down all that it has started before the next part begins. */
export async function inScope<T>(context: BenchContext, run: (context: BenchContext) => Promise<T>): Promise<T> {
  const scope = new Scope();
  context.scope.defer(() => scope.close());
  try {
    return await run({ ...context, scope });
  } finally {
    await scope.close();
  }
}
