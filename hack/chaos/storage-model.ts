import { isDeepStrictEqual } from 'node:util';
import type { KubernetesObject } from '../../apis/meta/v1/types.ts';
import type { StorageEvent } from '../../pkg/storage/interface.ts';

/** What a storage holds, as its events tell; says where they contradict each other. */
export class StorageModel {
  readonly events: StorageEvent[] = [];
  readonly violations: string[] = [];
  readonly #start: ReadonlyMap<string, KubernetesObject>;
  readonly #state: Map<string, KubernetesObject>;
  readonly #window: number;
  readonly startRevision: number;

  constructor(options: { start: ReadonlyMap<string, KubernetesObject>; revision: number; window: number }) {
    this.#start = options.start;
    this.#state = new Map(options.start);
    this.#window = options.window;
    this.startRevision = options.revision;
  }

  get state(): ReadonlyMap<string, KubernetesObject> {
    return this.#state;
  }

  get revision(): number {
    return this.events.at(-1)?.revision ?? this.startRevision;
  }

  /** The oldest revision that must still be known. */
  get floor(): number {
    return this.events.at(-this.#window - 1)?.revision ?? this.startRevision;
  }

  /** Takes the next event. */
  note(event: StorageEvent): void {
    const { type, key, object, previous, revision } = event;
    const known = this.#state.get(key);
    const what = `${type} ${key} at ${revision}`;
    if (revision <= this.revision) this.violations.push(`${what} follows ${this.revision}`);
    if (!isDeepStrictEqual(previous, known)) this.violations.push(`${what}: previous is not what was there`);
    if ((type === 'ADDED') !== (known === undefined)) this.violations.push(`${what}: the type is wrong`);
    if (object.metadata.resourceVersion !== String(revision)) this.violations.push(`${what}: carries another revision`);
    if (!Object.isFrozen(object)) this.violations.push(`${what}: is not frozen`);
    if (type === 'DELETED') this.#state.delete(key);
    else this.#state.set(key, object);
    this.events.push(event);
  }

  /** Everything at an earlier revision, in key order. */
  at(revision: number, prefix: string): KubernetesObject[] {
    const state = new Map(this.#start);
    for (const event of this.events) {
      if (event.revision > revision) break;
      if (event.type === 'DELETED') state.delete(event.key);
      else state.set(event.key, event.object);
    }
    const keys = [...state.keys()].filter((key) => key.startsWith(prefix)).toSorted(compareKeys);
    return keys.map((key) => state.get(key)!);
  }

  /** Events that a watch from a revision must get. */
  eventsFor(prefix: string, after: number, upTo: number = this.events.length): StorageEvent[] {
    return this.events.slice(0, upTo).filter(({ key, revision }) => revision > after && key.startsWith(prefix));
  }
}

function compareKeys(a: string, b: string): number {
  const left = a.split('/');
  const right = b.split('/');
  for (const [at, segment] of left.entries()) {
    const order = Buffer.compare(Buffer.from(segment), Buffer.from(right[at] ?? ''));
    if (order !== 0) return order;
  }
  return left.length - right.length;
}
