import { deep, hostileKeys, hostileTokens } from './hostile-values.ts';
import type { Random } from './random.ts';

/** JSON as it is written: members may repeat and be called anything, tokens may be none. */
export type Tree = Token | Members | Tree[];

/** A piece of text that is written as it is. */
export class Token {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** An object as a list of members. */
export class Members {
  readonly list: [string, Tree][];

  constructor(list: [string, Tree][]) {
    this.list = list;
  }
}

/** The tree of a value. */
export function toTree(value: unknown): Tree {
  if (Array.isArray(value)) return value.map(toTree);
  if (value !== null && typeof value === 'object') {
    return new Members(Object.entries(value).map(([key, member]) => [key, toTree(member)]));
  }
  return new Token(JSON.stringify(value) ?? 'null');
}

/** The text of a tree. */
export function toText(tree: Tree): string {
  if (tree instanceof Token) return tree.text;
  if (Array.isArray(tree)) return `[${tree.map(toText).join(',')}]`;
  return `{${tree.list.map(([key, member]) => `${JSON.stringify(key)}:${toText(member)}`).join(',')}}`;
}

/** Changes a tree in a place or some. */
export function mutate(random: Random, tree: Tree): Tree {
  let changed = tree;
  for (let left = 1 + random.int(3); left > 0; left--) changed = mutateOnce(random, changed);
  return changed;
}

function mutateOnce(random: Random, tree: Tree): Tree {
  if (tree instanceof Token || random.chance(0.15)) return replace(random, tree);
  if (Array.isArray(tree)) return mutateArray(random, tree);
  const list = tree.list.map(([key, member]): [string, Tree] => [key, member]);
  if (list.length === 0 || random.chance(0.25)) {
    list.splice(random.int(list.length + 1), 0, [random.pick(hostileKeys), newTree(random)]);
    return new Members(list);
  }
  const at = random.int(list.length);
  const [key, member] = list[at]!;
  const kind = random.int(10);
  if (kind === 0) list.splice(at, 1);
  else if (kind === 1) list.push([key, newTree(random)]);
  else if (kind === 2) list[at] = [random.pick(hostileKeys), member];
  else list[at] = [key, mutateOnce(random, member)];
  return new Members(list);
}

function mutateArray(random: Random, tree: readonly Tree[]): Tree {
  const at = random.int(tree.length + 1);
  const item = tree[at];
  if (item === undefined || random.chance(0.3)) return tree.toSpliced(at, 0, newTree(random));
  if (random.chance(0.2)) return [...tree, ...tree];
  return tree.with(at, mutateOnce(random, item));
}

function replace(random: Random, tree: Tree): Tree {
  const kind = random.int(6);
  if (kind === 0) return [tree];
  if (kind === 1) return new Members([[random.pick(hostileKeys), tree]]);
  return newTree(random);
}

function newTree(random: Random): Tree {
  if (random.chance(0.03)) return new Token(deep(random));
  if (random.chance(0.2)) return new Members([[random.pick(hostileKeys), new Token(random.pick(hostileTokens))]]);
  if (random.chance(0.1)) return [new Token(random.pick(hostileTokens)), new Token(random.pick(hostileTokens))];
  return new Token(random.pick(hostileTokens));
}

/** Damages bytes: what a mutation of values cannot bring forth. */
export function damage(random: Random, bytes: Buffer): Buffer {
  const at = random.int(bytes.length + 1);
  const insertions = [
    [0],
    [0xff],
    [0xc0, 0x80],
    [0xed, 0xa0, 0x80],
    [0xef, 0xbb, 0xbf],
    [0xf4, 0x90, 0x80, 0x80],
    [0xe2, 0x80, 0xa8],
    [0x7f],
  ];
  const kind = random.int(4);
  if (kind === 0) return bytes.subarray(0, at);
  if (kind === 1) return Buffer.concat([bytes, bytes.subarray(at)]);
  if (kind === 2) return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)]);
  return Buffer.concat([bytes.subarray(0, at), Buffer.from(random.pick(insertions)), bytes.subarray(at)]);
}
