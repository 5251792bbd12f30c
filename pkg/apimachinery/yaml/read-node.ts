import type * as YAML from 'yaml';
import { type JSONObject, setMember } from '../runtime/json.ts';
import { maxStrictErrors } from '../runtime/json-duplicates.ts';
import { toGoQuoted } from '../validation/go-string.ts';
import { resolveScalar } from './resolve-scalar.ts';
import { YAMLSyntaxError } from './syntax-error.ts';

/** Levels that a document may have, unless it is JSON: the library recurses, and the stack may end at some 750. */
export const maxYAMLDepth = 500;

/** Turns the nodes of one document into JSON values. */
export interface NodeReader {
  read(node: unknown): unknown;
  /** Texts about keys seen twice so far, at most 100. */
  readonly duplicates: readonly string[];
}

/** A parsed document with the library that parsed it, which is loaded late. */
export interface NodeSource {
  readonly yaml: typeof YAML;
  readonly lines: YAML.LineCounter;
}

/**
 * What aliases may add to a document, in characters and nodes: a few lines of nested aliases ("billion laughs") stand for
 * more than any memory holds.
 */
const maxAliasedSize = 3 * 1024 * 1024;

/** Makes the reader of a document. */
export function newNodeReader(source: NodeSource): NodeReader {
  return new Reader(source);
}

class Reader implements NodeReader {
  readonly duplicates: string[] = [];
  readonly #source: NodeSource;
  // Nodes by anchor, the latest so far: the library would look through the whole document for each alias.
  readonly #anchors = new Map<string, YAML.Node>();
  // Aliases that are being followed, to notice one that leads to itself.
  readonly #following = new Set<YAML.Node>();
  #aliasedSize = 0;
  #depth = 0;

  constructor(source: NodeSource) {
    this.#source = source;
  }

  read(node: unknown): unknown {
    const { yaml } = this.#source;
    if (node === null || node === undefined) return null;
    this.#account(1);
    this.#noteAnchor(node);
    if (yaml.isScalar(node)) return this.#readScalar(node);
    if (yaml.isAlias(node)) return this.#readAlias(node);
    this.#depth++;
    if (this.#depth > maxYAMLDepth) throw new YAMLSyntaxError('yaml: exceeded max depth');
    const value = yaml.isMap(node) ? this.#readMap(node) : this.#readItems(node);
    this.#depth--;
    return value;
  }

  #readItems(node: unknown): unknown[] {
    return this.#source.yaml.isSeq(node) ? node.items.map((item) => this.read(item)) : [];
  }

  #readScalar(node: YAML.Scalar): unknown {
    const text = typeof node.value === 'string' ? node.value : '';
    this.#account(text.length);
    const isPlain = node.type === 'PLAIN' || node.type === undefined;
    const tag = node.tag?.replace(/^tag:yaml\.org,2002:|^!!/, '');
    if (tag === 'binary') return Buffer.from(text, 'base64').toString('utf8');
    if (tag === 'str' || (tag === undefined && !isPlain)) return text;
    const resolved = resolveScalar(text);
    if (resolved.kind === 'null') return null;
    if (resolved.kind === 'bool') return resolved.value;
    if (resolved.kind !== 'number') return text;
    if (resolved.isExact) return resolved.value;
    throw new YAMLSyntaxError(`yaml: number ${text} cannot be represented exactly in JSON`);
  }

  #readAlias(alias: YAML.Alias): unknown {
    const target = this.#anchors.get(alias.source);
    if (target === undefined) throw new YAMLSyntaxError(`yaml: unknown anchor '${alias.source}' referenced`);
    if (this.#following.has(target)) {
      throw new YAMLSyntaxError(`yaml: anchor '${alias.source}' value contains itself`);
    }
    this.#following.add(target);
    const value = this.read(target);
    this.#following.delete(target);
    return value;
  }

  #noteAnchor(node: unknown): void {
    if (this.#following.size > 0 || !this.#source.yaml.isNode(node) || this.#source.yaml.isAlias(node)) return;
    const { anchor } = node as YAML.Scalar;
    if (anchor !== undefined) this.#anchors.set(anchor, node);
  }

  #account(size: number): void {
    if (this.#following.size === 0) return;
    this.#aliasedSize += size;
    if (this.#aliasedSize > maxAliasedSize) {
      throw new YAMLSyntaxError('yaml: document contains excessive aliasing');
    }
  }

  #readMap(map: YAML.YAMLMap): JSONObject {
    const result: JSONObject = {};
    const merged: JSONObject[] = [];
    for (const { key, value } of map.items) {
      if (this.#isMergeKey(key)) {
        merged.push(...this.#readMerged(value));
        continue;
      }
      const name = this.#readKey(key);
      if (Object.hasOwn(result, name)) this.#noteDuplicate(key, name);
      setMember(result, name, this.read(value));
    }
    // What the map says itself wins over what it merges in, and earlier sources over later ones.
    for (const [name, value] of merged.flatMap((each) => Object.entries(each))) {
      if (!Object.hasOwn(result, name)) setMember(result, name, value);
    }
    return result;
  }

  #isMergeKey(key: unknown): boolean {
    return this.#source.yaml.isScalar(key) && key.value === '<<' && key.type === 'PLAIN' && key.tag === undefined;
  }

  #readMerged(value: unknown): JSONObject[] {
    const merged = this.read(value);
    const sources: unknown[] = Array.isArray(merged) ? merged : [merged];
    return sources.map((each) => {
      if (typeof each === 'object' && each !== null && !Array.isArray(each)) return each as JSONObject;
      throw new YAMLSyntaxError('yaml: map merge requires map or sequence of maps as the value');
    });
  }

  #readKey(key: unknown): string {
    const name = this.read(key);
    if (typeof name === 'string' || typeof name === 'number' || typeof name === 'boolean') return String(name);
    throw new YAMLSyntaxError(`yaml: unsupported map key of type: ${name === null ? 'nil' : 'map'}`);
  }

  #noteDuplicate(key: unknown, name: string): void {
    if (this.duplicates.length >= maxStrictErrors) return;
    const offset = this.#source.yaml.isNode(key) ? (key.range?.[0] ?? 0) : 0;
    const { line } = this.#source.lines.linePos(offset);
    this.duplicates.push(`line ${line}: key ${toGoQuoted(name)} already set in map`);
  }
}
