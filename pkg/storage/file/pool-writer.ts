import { inParallel } from './in-parallel.ts';
import { type ObjectWriter, type ObjectWriterOptions, writeObject } from './object-writer.ts';

/** Files written at a time: the other threads of the pool are left to the journal and to everybody else. */
const lanes = 2;

/** Writes object files with the thread pool, a few steps each: right for a few files, and for any file system. */
export function newPoolWriter(options: ObjectWriterOptions): ObjectWriter {
  return {
    async write(states) {
      const failures = new Map<string, unknown>();
      await inParallel(states, lanes, async (state) => {
        try {
          await writeObject(options, state);
        } catch (error) {
          failures.set(state.path, error);
        }
      });
      return failures;
    },
    close: async () => undefined,
  };
}
