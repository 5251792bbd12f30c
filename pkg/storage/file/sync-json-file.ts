import { closeSync, openSync, readFileSync, renameSync, unlinkSync, writeSync } from 'node:fs';
import type { SyncAdapter } from 'lowdb';
import { codeOf } from './file-system.ts';

/** The like of `newJSONFile` for threads that may wait: its calls cost less than half. */
export function newSyncJSONFile({ path, temporary }: { path: string; temporary: string }): SyncAdapter<unknown> {
  return {
    read: () => JSON.parse(readFileSync(path, 'utf8')) as unknown,
    write(data) {
      try {
        writeWhole(temporary, Buffer.from(`${JSON.stringify(data, null, 2)}\n`));
        renameSync(temporary, path);
      } catch (error) {
        if (codeOf(error) !== 'ENOENT') tidyUp(temporary);
        throw error;
      }
    },
  };
}

function writeWhole(path: string, content: Buffer): void {
  const descriptor = openSync(path, 'w', 0o600);
  try {
    for (let done = 0; done < content.length;) done += writeSync(descriptor, content, done);
  } finally {
    closeSync(descriptor);
  }
}

function tidyUp(temporary: string): void {
  try {
    unlinkSync(temporary);
  } catch {
    // The cause matters, not whether tidying up worked: the next start removes what is left.
  }
}
