import { setImmediate } from 'node:timers/promises';
import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';
import { StorageError } from '../errors.ts';
import { type Operation, type Request, judge } from './operation.ts';
import type { Persistence } from './persistence.ts';
import type { Published } from './published.ts';
import { StagedBatch } from './staged-batch.ts';
import type { Verdict } from './verdict.ts';

/** Bounds the time that a batch takes, and the memory that it holds. */
const batchLimit = 512;

/**
 * Commits writes in batches (group commit): whatever is queued is staged in order, made durable together, published in
 * revision order, then acknowledged. While a batch is under way the next one gathers.
 *
 * Writes are optimistic. A verdict is found without holding anything, and holds if the object is still the one it was found
 * for; otherwise it is asked again. Nothing is refused or answered because of a state that is merely staged: that waits for
 * the next batch, when the state is published or gone.
 */
export class Committer {
  readonly #published: Published;
  readonly #persistence: Persistence | undefined;
  readonly #queue: Operation[] = [];
  #running: Promise<void> | undefined;
  #closed = false;
  #assigned: number;

  constructor(published: Published, persistence: Persistence | undefined) {
    this.#published = published;
    this.#persistence = persistence;
    this.#assigned = published.revision;
  }

  /** Changes the object at a key as the verdict says, and answers when that is durable and published. */
  transact(key: string, verdict: Verdict): Promise<KubernetesObject> {
    return new Promise((resolve, reject) => {
      this.#ask({ key, verdict, resolve, reject }, this.#published.index.get(key));
    });
  }

  /** Refuses further writes, finishes those that are queued, and closes the persistence. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
    await this.#persistence?.close(this.#published.revision);
  }

  /** Finds the outcome for a state, then queues the operation. */
  #ask(request: Request, base: KubernetesObject | undefined): void {
    const outcome = judge(request.verdict, base);
    if (outcome instanceof Promise) {
      void outcome.then((settled) => this.#submit({ ...request, base, outcome: settled }));
    } else {
      this.#submit({ ...request, base, outcome });
    }
  }

  #submit(operation: Operation): void {
    const isPublished = this.#published.index.get(operation.key) === operation.base;
    if (isPublished && answer(operation)) return;
    if (this.#closed) {
      operation.reject(new StorageError('Unreachable', operation.key, { detail: 'the storage is closed' }));
      return;
    }
    this.#queue.push(operation);
    this.#running ??= this.#run();
  }

  async #run(): Promise<void> {
    while (this.#queue.length > 0) {
      // Lets everything join that is ready by now, such as the requests that follow the answers just given.
      await (this.#persistence === undefined ? undefined : setImmediate());
      const batch = new StagedBatch(this.#published.index, this.#assigned);
      const waiting = this.#queue.splice(0, batchLimit).filter((operation) => !this.#stage(operation, batch));
      this.#queue.unshift(...waiting);
      this.#assigned = batch.highest;
      settle(batch, { published: this.#published, failed: await this.#persist(batch) });
    }
    this.#running = undefined;
  }

  /** Puts a write into the batch or answers it otherwise. False: it must wait for the outcome of this batch. */
  #stage(operation: Operation, batch: StagedBatch): boolean {
    const { key, verdict } = operation;
    const current = batch.get(key);
    if (operation.base === current) return this.#carryOut(operation, batch);
    const outcome = judge(verdict, current);
    if (!(outcome instanceof Promise)) return this.#carryOut({ ...operation, base: current, outcome }, batch);
    void outcome.then((settled) => this.#submit({ ...operation, base: current, outcome: settled }));
    return true;
  }

  #carryOut(operation: Operation, batch: StagedBatch): boolean {
    const { key, outcome, reject } = operation;
    if (outcome.type === 'refuse' || outcome.type === 'keep') return !batch.has(key) && answer(operation);
    try {
      batch.add(operation, outcome.type === 'write' ? outcome.object : undefined);
    } catch (error) {
      reject(error);
    }
    return true;
  }

  async #persist(batch: StagedBatch): Promise<ReadonlyMap<string, unknown>> {
    const { changes, highest } = batch;
    if (this.#persistence === undefined || changes.length === 0) return new Map();
    try {
      return await this.#persistence.commit(changes, highest);
    } catch (cause) {
      const toError = (key: string): StorageError => new StorageError('WriteFailed', key, { cause });
      return new Map(changes.map(({ key }) => [key, toError(key)]));
    }
  }
}

/** Answers an operation that writes nothing. */
function answer({ outcome, resolve, reject }: Operation): boolean {
  if (outcome.type === 'refuse') reject(outcome.error);
  else if (outcome.type === 'keep') resolve(outcome.object);
  else return false;
  return true;
}

/** Publishes what is durable, all of it, before anybody is told. */
function settle(
  batch: StagedBatch,
  { published, failed }: { published: Published; failed: ReadonlyMap<string, unknown> },
): void {
  const durable = batch.writes.filter(({ event }) => !failed.has(event.key));
  for (const { event } of durable) published.publish(event);
  for (const { request, event } of batch.writes) {
    if (failed.has(event.key)) request.reject(failed.get(event.key));
    else request.resolve(event.object);
  }
}
