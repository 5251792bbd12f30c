import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';
import { type SortRange, toSortKey } from './key.ts';

/** A key and the object at it. */
export interface IndexEntry {
  readonly key: string;
  readonly sortKey: string;
  readonly object: KubernetesObject;
}

/** Big enough to keep the list of chunks short, small enough to make moving half of one cheap. */
const chunkLimit = 512;

/**
 * Objects by key, and in key order. The order is kept in a list of short sorted chunks, so that a write moves at most one
 * chunk and a range is found by two binary searches, however many objects there are.
 */
export class OrderedIndex {
  readonly #entries = new Map<string, IndexEntry>();
  readonly #chunks: IndexEntry[][] = [];

  /** The object at a key. */
  get(key: string): KubernetesObject | undefined {
    return this.#entries.get(key)?.object;
  }

  /** Puts an object at a key. */
  set(key: string, object: KubernetesObject): void {
    const existing = this.#entries.get(key);
    const entry = { key, sortKey: existing?.sortKey ?? toSortKey(key), object };
    this.#entries.set(key, entry);
    const at = this.#locate(entry.sortKey);
    const chunk = this.#chunks[at.chunk];
    if (chunk === undefined) this.#chunks.push([entry]);
    else if (existing !== undefined) chunk[at.offset] = entry;
    else this.#insert(at, entry);
  }

  /** Removes what is at a key. */
  delete(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    const at = this.#locate(entry.sortKey);
    const chunk = this.#chunks[at.chunk];
    chunk?.splice(at.offset, 1);
    if (chunk?.length === 0) this.#chunks.splice(at.chunk, 1);
  }

  /** The entries of a range in key order. */
  *range({ from, to }: SortRange): Generator<IndexEntry, void> {
    let { chunk, offset } = this.#locate(from);
    for (; chunk < this.#chunks.length; chunk++, offset = 0) {
      const entries = this.#chunks[chunk] ?? [];
      for (; offset < entries.length; offset++) {
        const entry = entries[offset];
        if (entry === undefined || (to !== undefined && entry.sortKey >= to)) return;
        yield entry;
      }
    }
  }

  /** How many entries a range has, without visiting them. */
  count({ from, to }: SortRange): number {
    const end = to === undefined ? this.#entries.size : this.#rank(to);
    return Math.max(0, end - this.#rank(from));
  }

  #insert(at: Position, entry: IndexEntry): void {
    const chunk = this.#chunks[at.chunk] ?? [];
    chunk.splice(at.offset, 0, entry);
    if (chunk.length <= chunkLimit) return;
    // Keys that arrive in order leave full chunks behind; others are cut in the middle.
    const cut = at.offset === chunk.length - 1 ? chunk.length - 1 : chunk.length >> 1;
    this.#chunks.splice(at.chunk + 1, 0, chunk.splice(cut));
  }

  /** Where the first entry is that is not less than a sort key, or would be put. */
  #locate(sortKey: string): Position {
    // The last chunk that begins at or before the key, or the first one.
    const following = firstWhere(this.#chunks, (entries) => (entries[0]?.sortKey ?? '') > sortKey);
    const chunk = Math.max(0, following - 1);
    return { chunk, offset: firstWhere(this.#chunks[chunk] ?? [], (entry) => entry.sortKey >= sortKey) };
  }

  #rank(sortKey: string): number {
    const { chunk, offset } = this.#locate(sortKey);
    let rank = offset;
    for (let before = 0; before < chunk; before++) rank += this.#chunks[before]?.length ?? 0;
    return rank;
  }
}

interface Position {
  readonly chunk: number;
  readonly offset: number;
}

/** Binary search: index of the first item for which the test holds; it must hold for all that follow. */
export function firstWhere<T>(items: readonly T[], test: (item: T) => boolean): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const item = items[middle];
    if (item === undefined || test(item)) high = middle;
    else low = middle + 1;
  }
  return low;
}
