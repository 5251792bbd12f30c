import { cloneJSON, equalJSON, isJSONObject, type JSONObject, setMember } from '../runtime/json.ts';
import { maxJSONDepth } from '../runtime/json-limits.ts';
import { toArrayPosition, tryParsePointer } from './json-pointer.ts';
import { newPatchFailed, PatchFailure } from './patch-errors.ts';

/** One operation of a JSON patch (RFC 6902), not checked yet. */
export interface JSONPatchOperation {
  readonly op: string;
  readonly path: string | undefined;
  readonly from: string | undefined;
  /** `null` when absent. */
  readonly value: unknown;
}

/** A decoded JSON patch. */
export interface JSONPatch {
  readonly operations: readonly JSONPatchOperation[];
  /** Texts about members that mean nothing or appear twice, such as `json patch unknown field "[0].foo"`. */
  readonly faults: readonly string[];
}

/** What `copy` operations may add to a document in all, in characters of JSON: they would let a small patch grow without bound. */
const maxCopiedLength = 3 * 1024 * 1024;

/**
 * Applies a JSON patch to a JSON value, which is not changed. All operations are done or none. Throws a 422 `StatusError` when one fails;
 * the error's cause says which and why.
 */
export function applyJSONPatch(document: unknown, patch: JSONPatch): unknown {
  const patcher = new Patcher(cloneJSON(document));
  try {
    for (const operation of patch.operations) patcher.apply(operation);
    return patcher.finish();
  } catch (error) {
    if (error instanceof PatchFailure) throw newPatchFailed(error);
    throw error;
  }
}

type Container = unknown[] | JSONObject;

/** Where an operation works: a member or item of a container, or the whole document. */
interface Target {
  readonly container: Container;
  readonly part: string;
}

class Patcher {
  // The document is the one member of a holder, so that it can be a target like any other value.
  readonly #holder: JSONObject;
  #copiedLength = 0;

  constructor(document: unknown) {
    this.#holder = { document };
  }

  finish(): unknown {
    const { document } = this.#holder;
    if (isDeeper(document, maxJSONDepth)) throw new PatchFailure('the patched document is nested too deeply');
    return document;
  }

  apply({ op, path, from, value }: JSONPatchOperation): void {
    switch (op) {
      case 'add':
        return this.#add(path, cloneJSON(value));
      case 'remove':
        return void this.#remove(path);
      case 'replace':
        return this.#replace(path, cloneJSON(value));
      case 'move':
        return this.#add(path, this.#remove(from));
      case 'copy':
        return this.#add(path, this.#copy(from));
      case 'test':
        return this.#test(path, value);
      default:
        throw new PatchFailure(`unexpected operation ${JSON.stringify(op)}`);
    }
  }

  #add(path: string | undefined, value: unknown): void {
    const { container, part } = this.#find(path);
    if (!Array.isArray(container)) {
      setMember(container, part, value);
      return;
    }
    const position = part === '-' ? container.length : toArrayPosition(part, container.length + 1);
    if (position === undefined) throw new PatchFailure(`cannot add at ${path}: index out of bounds`);
    container.splice(position, 0, value);
  }

  #remove(path: string | undefined): unknown {
    const target = this.#find(path);
    const removed = this.#get(target, path);
    if (target.container === this.#holder) throw new PatchFailure('cannot remove the whole document');
    if (Array.isArray(target.container)) target.container.splice(positionIn(target.container, target.part), 1);
    else delete target.container[target.part];
    return removed;
  }

  #replace(path: string | undefined, value: unknown): void {
    const target = this.#find(path);
    this.#get(target, path);
    if (Array.isArray(target.container)) target.container[positionIn(target.container, target.part)] = value;
    else setMember(target.container, target.part, value);
  }

  #copy(from: string | undefined): unknown {
    const value = this.#get(this.#find(from), from);
    if (isDeeper(value, maxJSONDepth)) throw new PatchFailure(`cannot copy ${from}: it is nested too deeply`);
    this.#copiedLength += JSON.stringify(value).length;
    if (this.#copiedLength > maxCopiedLength) {
      throw new PatchFailure(`the accumulated size of copies exceeds ${maxCopiedLength} bytes`);
    }
    return cloneJSON(value);
  }

  // A member that is absent passes a test for null, as upstream's patch library has it.
  #test(path: string | undefined, expected: unknown): void {
    const { container, part } = this.#find(path);
    const actual = getPart(container, part);
    if (actual === undefined && Array.isArray(container)) throw new PatchFailure(`cannot test ${path}: no such item`);
    if (!equalJSON(actual ?? null, expected)) throw new PatchFailure(`test of ${path} failed`);
  }

  #find(path: string | undefined): Target {
    const parts = path === undefined ? undefined : tryParsePointer(path);
    if (parts === undefined) throw new PatchFailure(`not a JSON pointer: ${path}`);
    const last = parts.pop();
    if (last === undefined) return { container: this.#holder, part: 'document' };
    let container: unknown = this.#holder['document'];
    for (const part of parts) container = isContainer(container) ? getPart(container, part) : undefined;
    if (!isContainer(container)) throw new PatchFailure(`nothing that has members in front of the end of ${path}`);
    return { container, part: last };
  }

  #get({ container, part }: Target, path: string | undefined): unknown {
    const value = getPart(container, part);
    if (value === undefined) throw new PatchFailure(`nothing at ${path}`);
    return value;
  }
}

function isContainer(value: unknown): value is Container {
  return Array.isArray(value) || isJSONObject(value);
}

function getPart(container: Container, part: string): unknown {
  if (!Array.isArray(container)) return Object.hasOwn(container, part) ? container[part] : undefined;
  const position = toArrayPosition(part, container.length);
  return position === undefined ? undefined : container[position];
}

function positionIn(container: readonly unknown[], part: string): number {
  return toArrayPosition(part, container.length) ?? 0;
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((member) => isDeeper(member, levels - 1));
}
