import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { FileState, ObjectWriter } from './object-writer.ts';

/** What the thread is told to do with a file. */
export interface FileOrder {
  readonly path: string;
  /** Absent: there shall be no file. */
  readonly json: string | undefined;
}

/** What the thread could not do. */
export interface FileFailure {
  readonly path: string;
  readonly message: string;
  readonly code: string | undefined;
}

/** Fewer files are not worth a thread. */
const least = 32;
/** Characters that a message has at most, but for its last object: what is under way is in memory several times. */
const messageLimit = 1 << 20;
/** The thread ends when it has had nothing to do for so long: it holds as much memory as ten thousand objects. Milliseconds. */
const idleMs = 10_000;

/**
 * Writes many object files in a thread that is there as long as there are many: for half of what they cost in the thread pool, and
 * without a disk that hangs ever holding the event loop.
 */
export class WorkerWriter implements ObjectWriter {
  readonly #fallback: ObjectWriter;
  #worker: Worker | undefined;
  #isUnable = false;
  #idle: NodeJS.Timeout | undefined;

  /** `fallback` writes what is too little for a thread, and everything when there is none. */
  constructor(fallback: ObjectWriter) {
    this.#fallback = fallback;
  }

  async write(states: readonly FileState[]): Promise<ReadonlyMap<string, unknown>> {
    if (states.length < least || this.#isUnable) return this.#fallback.write(states);
    clearTimeout(this.#idle);
    const failures = new Map<string, unknown>();
    try {
      for (const orders of toMessages(states)) {
        for (const { path, message, code } of await this.#order(orders)) {
          failures.set(path, Object.assign(new Error(message), { code }));
        }
      }
    } catch {
      // The thread is gone, or never came, and would not stay: nothing is lost by writing everything once more.
      this.#isUnable = true;
      await this.#end();
      return this.#fallback.write(states);
    }
    this.#idle = setTimeout(() => void this.#end(), idleMs).unref();
    return failures;
  }

  async close(): Promise<void> {
    clearTimeout(this.#idle);
    await this.#end();
    await this.#fallback.close();
  }

  async #order(orders: readonly FileOrder[]): Promise<readonly FileFailure[]> {
    const worker = (this.#worker ??= this.#begin());
    const { promise, resolve, reject } = Promise.withResolvers<readonly FileFailure[]>();
    const onExit = (): void => reject(new Error('the thread ended'));
    worker.once('message', resolve).once('error', reject).once('exit', onExit);
    // The process may not end while files are being written; it may while the thread waits for more.
    worker.ref();
    try {
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
      worker.postMessage(orders);
      return await promise;
    } finally {
      worker.off('message', resolve).off('error', reject).off('exit', onExit);
      worker.unref();
    }
  }

  #begin(): Worker {
    const worker = newWorker();
    // It may end while nobody waits for it.
    worker
      .on('error', () => undefined)
      .on('exit', () => {
        if (this.#worker === worker) this.#worker = undefined;
      });
    return worker;
  }

  async #end(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }
}

/** The orders for some files, in messages that are not too long. */
function* toMessages(states: readonly FileState[]): Generator<readonly FileOrder[], void> {
  let orders: FileOrder[] = [];
  let length = 0;
  for (const { path, object } of states) {
    const json = object === undefined ? undefined : JSON.stringify(object);
    orders.push({ path, json });
    length += json?.length ?? 0;
    if (length < messageLimit) continue;
    yield orders;
    [orders, length] = [[], 0];
  }
  if (orders.length > 0) yield orders;
}

function newWorker(): Worker {
  // The package has its sources compiled: the thread begins with a file of the same kind as this one.
  const entry = new URL(`./file-worker${extname(import.meta.url)}`, import.meta.url);
  // What the process was started with, such as a debugger, is not for this thread.
  return new Worker(entry, { execArgv: [], name: 'object-files', resourceLimits: { maxYoungGenerationSizeMb: 4 } });
}
