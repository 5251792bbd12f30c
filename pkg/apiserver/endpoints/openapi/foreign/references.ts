import { isJSONObject, type JSONObject } from '../../../../apimachinery/runtime/json.ts';

/** Deeper documents are refused: what walks them must not run out of stack. Upstream's deepest schema has 30 levels. */
const maxDepth = 200;

/** Members whose names are somebody's choice, not the format's. */
const namedMembers: ReadonlySet<string> = new Set([
  'properties',
  'definitions',
  'schemas',
  'parameters',
  'responses',
  'requestBodies',
]);

/** Members that hold values of users, in which `$ref` means nothing. */
const valueMembers: ReadonlySet<string> = new Set(['default', 'example', 'examples', 'enum']);

/** Calls back for every reference in a part of a document. Throws a `TypeError` for one that is nested too deeply. */
export function visitReferences(value: unknown, visit: (reference: string) => void): void {
  walk(value, visit, { parent: '', depth: 0 });
}

/** Where a value stands. */
interface Place {
  /** The member that it is the value of. */
  readonly parent: string;
  readonly depth: number;
}

function walk(value: unknown, visit: (reference: string) => void, { parent, depth }: Place): void {
  if (typeof value !== 'object' || value === null) return;
  if (depth > maxDepth) throw new TypeError(`nested deeper than ${maxDepth} levels`);
  if (Array.isArray(value)) {
    for (const item of value) walk(item, visit, { parent: '', depth: depth + 1 });
    return;
  }
  const named = namedMembers.has(parent);
  for (const [name, member] of Object.entries(value)) {
    if (name === '$ref' && typeof member === 'string') visit(member);
    else if (named || !valueMembers.has(name)) walk(member, visit, { parent: named ? '' : name, depth: depth + 1 });
  }
}

/** The segments of a reference into the same document: `['definitions', 'io.k8s.X']`; `undefined` for one that leads elsewhere. */
export function parseReference(reference: string): readonly string[] | undefined {
  if (!reference.startsWith('#/')) return undefined;
  try {
    const segments = reference.slice(2).split('/');
    return segments.map((segment) => decodeURIComponent(segment).replaceAll('~1', '/').replaceAll('~0', '~'));
  } catch {
    return undefined;
  }
}

/** The reference to a member of a section; the opposite of `parseReference`. */
export function toReference(section: string, name: string): string {
  return `#/${section}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** What a reference leads to, if anything. */
export function resolveReference(document: JSONObject, reference: string): unknown {
  let found: unknown = document;
  for (const segment of parseReference(reference) ?? ['']) {
    found = isJSONObject(found) && Object.hasOwn(found, segment) ? found[segment] : undefined;
  }
  return found;
}

/** Throws a `TypeError` that names the first reference without a target. */
export function checkReferences(document: JSONObject): void {
  const known = new Set<string>();
  visitReferences(document, (reference) => {
    if (known.has(reference)) return;
    known.add(reference);
    if (resolveReference(document, reference) === undefined) {
      throw new TypeError(`reference ${JSON.stringify(reference.slice(0, 200))} leads nowhere`);
    }
  });
}

/** A member that is an object; empty when there is none. Throws a `TypeError` when it is something else. */
export function objectAt(document: JSONObject, name: string): JSONObject {
  const value = Object.hasOwn(document, name) ? document[name] : undefined;
  if (value === undefined || value === null) return {};
  if (!isJSONObject(value)) throw new TypeError(`${name} is not an object`);
  return value;
}
