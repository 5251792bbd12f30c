// Runs in a thread of its own, started by `worker-writer.ts`: brings object files into states with calls that wait.
import { mkdirSync, unlinkSync } from 'node:fs';
import { setPriority } from 'node:os';
import { dirname, join } from 'node:path';
import { platform } from 'node:process';
import { parentPort } from 'node:worker_threads';
import { LowSync } from 'lowdb';
import { codeOf } from './file-system.ts';
import { newTemporaryNames } from './json-file.ts';
import { newSyncJSONFile } from './sync-json-file.ts';
import type { FileFailure, FileOrder } from './worker-writer.ts';

// Where there is but one core, requests come before files. Elsewhere than on Linux this would concern the whole process.
if (platform === 'linux') setPriority(10);

// The thread pool counts from 1, in the same folders.
const newTemporaryName = newTemporaryNames(1e12);

parentPort?.on('message', (orders: readonly FileOrder[]) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port of a thread, not a window
  parentPort?.postMessage(carryOutAll(orders));
});

function carryOutAll(orders: readonly FileOrder[]): FileFailure[] {
  const failures: FileFailure[] = [];
  for (const order of orders) {
    try {
      carryOut(order);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      failures.push({ path: order.path, message, code: codeOf(error) });
    }
  }
  return failures;
}

function carryOut({ path, json }: FileOrder): void {
  if (json === undefined) {
    remove(path);
    return;
  }
  const temporary = join(dirname(path), newTemporaryName());
  const file = new LowSync<unknown>(newSyncJSONFile({ path, temporary }), JSON.parse(json));
  try {
    file.write();
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    file.write();
  }
}

function remove(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    // Removed by hand, or created and deleted in between.
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}
