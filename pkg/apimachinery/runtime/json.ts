/** A JSON object whose members are not known at compile time. */
export type JSONObject = { [member: string]: unknown };

/** Tells a JSON object from arrays, scalars and null. */
export function isJSONObject(value: unknown): value is JSONObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object's own member, or `undefined`: inherited names such as `constructor` are not members. */
export function getMember(object: JSONObject, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** Sets an own member. A member called `__proto__` is data like any other and never changes the prototype. */
export function setMember(object: JSONObject, name: string, value: unknown): void {
  if (name !== '__proto__') {
    object[name] = value;
    return;
  }
  Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true });
}

/** A deep copy of a JSON value. Members that are `undefined` are dropped, as JSON would. */
export function cloneJSON<T>(value: T): T {
  return cloneValue(value) as T;
}

function cloneValue(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(cloneValue);
  const copy: JSONObject = {};
  for (const [name, member] of Object.entries(value)) {
    if (member !== undefined) setMember(copy, name, cloneValue(member));
  }
  return copy;
}

/** Deep equality of JSON values. The order of members does not matter; an `undefined` member counts as absent. */
export function equalJSON(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, index) => equalJSON(item, b[index]));
  }
  return !Array.isArray(b) && equalObjects(a as JSONObject, b as JSONObject);
}

function equalObjects(a: JSONObject, b: JSONObject): boolean {
  let members = 0;
  for (const [name, value] of Object.entries(a)) {
    if (value === undefined) continue;
    members++;
    if (!equalJSON(value, getMember(b, name))) return false;
  }
  for (const value of Object.values(b)) if (value !== undefined) members--;
  return members === 0;
}

/** Freezes a value and everything in it. What is frozen already is taken to be frozen throughout. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const member of Object.values(value)) deepFreeze(member);
  return value;
}
