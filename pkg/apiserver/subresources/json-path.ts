import { newInternalError } from '../../apimachinery/errors/constructors.ts';
import { getMember, isJSONObject, type JSONObject, setMember } from '../../apimachinery/runtime/json.ts';

/** A member somewhere inside of an object: `.spec.replicas`. Lists cannot be passed, as in custom resource definitions. */
export interface JSONPath {
  readonly text: string;
  readonly members: readonly [string, ...string[]];
}

/** Parses a path. Throws a `TypeError` for one that is not made of members alone. */
export function parseJSONPath(text: string): JSONPath {
  const [first, ...rest] = text.replace(/^\./, '').split('.');
  const members = [first ?? '', ...rest] as const;
  if (text.startsWith('.') && members.every((member) => /^[^[\]'"\s]+$/.test(member)))
    return { text, members: [...members] };
  throw new TypeError(`not a JSON path of members: ${JSON.stringify(text)}`);
}

/** The value at a path; `undefined` when there is none. Throws a 500 for a path that leads through something else than objects. */
export function getAtPath(object: object, path: JSONPath): unknown {
  let value: unknown = object;
  for (const member of path.members) {
    if (value === undefined || value === null) return undefined;
    if (!isJSONObject(value)) throw newPathError(path, value, 'object');
    value = getMember(value, member);
  }
  return value ?? undefined;
}

/** Sets the value at a path, making objects on the way. Throws a 500 for a path that leads through something else. */
export function setAtPath(draft: object, path: JSONPath, value: unknown): void {
  const parents = path.members.slice(0, -1);
  let parent = draft as JSONObject;
  for (const member of parents) {
    const next = getMember(parent, member) ?? {};
    if (!isJSONObject(next)) throw newPathError(path, next, 'object');
    setMember(parent, member, next);
    parent = next;
  }
  setMember(parent, path.members.at(-1) ?? '', value);
}

/** A 500: the object is not of the shape that its definition promised. */
export function newPathError({ text }: JSONPath, value: unknown, expected: string): Error {
  return newInternalError(`${text} accessor error: ${JSON.stringify(value)} is not of the type ${expected}`);
}
