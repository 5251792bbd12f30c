import { compareText } from '../../discovery/compare-text.ts';
import type { NamedPart, OpenAPIV2Part } from './openapi-v2-part.ts';

/** One of the things that a name stands for in the merged document. */
export interface Variant {
  readonly part: NamedPart;
  /** Its name in the merged document. */
  readonly name: string;
  /** Parts that have it, the first of which decides where it stands. */
  readonly holders: readonly string[];
  /** JSON texts of all kinds that it stands for, sorted. */
  readonly kinds: readonly string[];
}

/**
 * Names of definitions and parameters over all parts. Those that say the same are shared; of others with one name, the first part
 * keeps it, and the rest become `<name>_v2`, `<name>_v3`: by the names of the parts, so never by the order in which they came.
 */
export class OpenAPIV2Names {
  /** By `<section>/<name>`: the parts that have it. */
  readonly #holders = new Map<string, Map<string, NamedPart>>();
  /** By `<section>/<name>`, then by hash. */
  readonly #variants = new Map<string, ReadonlyMap<string, Variant>>();
  readonly #touched = new Set<string>();

  /** Takes over what a part says now, in place of what it said before. */
  replace(holder: string, before: OpenAPIV2Part | undefined, after: OpenAPIV2Part | undefined): void {
    for (const key of before?.named.keys() ?? []) {
      if (!after?.named.has(key)) this.#set(key, holder, undefined);
    }
    for (const [key, part] of after?.named ?? []) {
      if (!isSame(before?.named.get(key), part)) this.#set(key, holder, part);
    }
  }

  /** What the name stands for in a part. */
  find(key: string, hash: string): Variant | undefined {
    return this.#variants.get(key)?.get(hash);
  }

  /** All variants that more than one part has. */
  *shared(): Iterable<Variant> {
    for (const variants of this.#variants.values()) {
      for (const variant of variants.values()) if (variant.holders.length > 1) yield variant;
    }
  }

  /** Names everything anew that has changed, and answers with the parts that have to be written again. */
  settle(): Set<string> {
    const affected = new Set<string>();
    for (const key of this.#touched) {
      const before = this.#variants.get(key);
      const after = this.#nameVariants(key);
      if (after.size === 0) this.#variants.delete(key);
      else this.#variants.set(key, after);
      for (const hash of new Set([...(before?.keys() ?? []), ...after.keys()])) {
        const [old, current] = [before?.get(hash), after.get(hash)];
        if (old?.name === current?.name && isShared(old) === isShared(current) && !isOwnChange(old, current)) continue;
        for (const holder of [...(old?.holders ?? []), ...(current?.holders ?? [])]) affected.add(holder);
      }
    }
    this.#touched.clear();
    return affected;
  }

  #set(key: string, holder: string, part: NamedPart | undefined): void {
    const holders = this.#holders.get(key) ?? new Map<string, NamedPart>();
    if (part === undefined) holders.delete(holder);
    else holders.set(holder, part);
    if (holders.size === 0) this.#holders.delete(key);
    else this.#holders.set(key, holders);
    this.#touched.add(key);
    // Whether this name is taken decides what the others are called.
    const numbered = /^(.+)_v\d+$/.exec(key);
    if (numbered?.[1] !== undefined && this.#holders.has(numbered[1])) this.#touched.add(numbered[1]);
  }

  #nameVariants(key: string): ReadonlyMap<string, Variant> {
    const byHash = new Map<string, [string, NamedPart][]>();
    for (const entry of this.#holders.get(key) ?? []) {
      const same = byHash.get(entry[1].hash);
      if (same === undefined) byHash.set(entry[1].hash, [entry]);
      else same.push(entry);
    }
    const groups = [...byHash].map(([hash, entries]) => {
      const holders = entries.map(([holder]) => holder).toSorted(compareText);
      return { hash, entries, holders };
    });
    groups.sort((a, b) => compareText(a.holders[0] ?? '', b.holders[0] ?? ''));
    let number = 1;
    const named = new Map<string, Variant>();
    for (const { hash, entries, holders } of groups) {
      const [part] = entries.map(([, each]) => each);
      if (part === undefined) continue;
      const kinds = new Set(entries.flatMap(([, each]) => each.kinds));
      const name = number === 1 ? part.name : `${part.name}_v${number}`;
      named.set(hash, { part, name, holders, kinds: [...kinds].toSorted(compareText) });
      do number++;
      while (this.#holders.has(`${key}_v${number}`));
    }
    return named;
  }
}

function isSame(before: NamedPart | undefined, after: NamedPart): boolean {
  return before?.hash === after.hash && before.kinds.join() === after.kinds.join();
}

function isShared(variant: Variant | undefined): boolean {
  return variant !== undefined && variant.holders.length > 1;
}

/** What only one part has is written with it. */
function isOwnChange(before: Variant | undefined, after: Variant | undefined): boolean {
  return !isShared(after) && before?.kinds.join() !== after?.kinds.join();
}
