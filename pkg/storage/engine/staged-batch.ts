import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';
import type { StorageEvent } from '../interface.ts';
import { deepFreeze, withRevision } from './frozen-object.ts';
import type { Request } from './operation.ts';
import type { OrderedIndex } from './ordered-index.ts';
import type { Change } from './persistence.ts';

/** A write that is in the batch, and the event that it will be. */
export interface StagedWrite {
  readonly request: Request;
  readonly event: StorageEvent;
}

/** Writes that become durable together. Sees its own writes on top of what is published. */
export class StagedBatch {
  readonly #index: OrderedIndex;
  readonly #changes = new Map<string, Change>();
  readonly #writes: StagedWrite[] = [];
  #highest: number;

  /** Revisions are given out from the one after `assigned` on. */
  constructor(index: OrderedIndex, assigned: number) {
    this.#index = index;
    this.#highest = assigned;
  }

  /** The highest revision given out. */
  get highest(): number {
    return this.#highest;
  }

  /** The writes in revision order. */
  get writes(): readonly StagedWrite[] {
    return this.#writes;
  }

  /** What changes in the end, once for each key, however often it was written. */
  get changes(): readonly Change[] {
    return [...this.#changes.values()];
  }

  /** Tells whether the batch has changed a key. */
  has(key: string): boolean {
    return this.#changes.has(key);
  }

  /** The object at a key after the writes of the batch. */
  get(key: string): KubernetesObject | undefined {
    const change = this.#changes.get(key);
    return change === undefined ? this.#index.get(key) : change.next;
  }

  /** Adds a write of an object, or of its removal. */
  add(request: Request, object: KubernetesObject | undefined): void {
    const { key } = request;
    const current = this.get(key);
    const next = object ?? current;
    if (next === undefined) throw new TypeError(`nothing to remove at ${key}`);
    const revision = this.#highest + 1;
    const stamped = deepFreeze(withRevision(next, revision));
    this.#highest = revision;
    const previous = this.#changes.has(key) ? this.#changes.get(key)?.previous : current;
    this.#changes.set(key, { key, previous, next: object && stamped });
    this.#writes.push({ request, event: toEvent(key, current, { stamped, removed: object === undefined }) });
  }
}

function toEvent(
  key: string,
  previous: KubernetesObject | undefined,
  { stamped, removed }: { stamped: KubernetesObject; removed: boolean },
): StorageEvent {
  const revision = Number(stamped.metadata.resourceVersion);
  if (previous === undefined) return { type: 'ADDED', key, revision, object: stamped };
  return { type: removed ? 'DELETED' : 'MODIFIED', key, revision, object: stamped, previous };
}
