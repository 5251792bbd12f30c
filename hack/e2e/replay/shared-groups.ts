/**
 * Two discovery lists reduced to the groups that both name: the recording was cut, and no two servers serve the same groups.
 * Anything else comes back as it is.
 */
export function toSharedGroups(expected: unknown, actual: unknown): [unknown, unknown] {
  if (isSwagger(expected) && isSwagger(actual)) return [expected, toRecordedGroups(expected, actual)];
  for (const member of ['groups', 'items', 'paths']) {
    const [ours, theirs] = [groupsOf(expected, member), groupsOf(actual, member)];
    if (ours === undefined || theirs === undefined) continue;
    const shared = new Set([...ours.keys()].filter((name) => theirs.has(name)));
    return [keep(expected, member, shared), keep(actual, member, shared)];
  }
  return [expected, actual];
}

type Document = Record<string, unknown>;

interface Swagger extends Document {
  readonly paths: Document;
  readonly definitions: Document;
}

function isSwagger(document: unknown): document is Swagger {
  const { swagger, paths, definitions } = (document ?? {}) as Document;
  return swagger !== undefined && isObject(paths) && isObject(definitions);
}

/** Of ours, what the recording names: that holds the groups of one service alone. */
function toRecordedGroups(expected: Swagger, actual: Swagger): unknown {
  const names = (of: Document): ReadonlySet<string> => new Set(Object.keys(of));
  return keep(keep(actual, 'paths', names(expected.paths)), 'definitions', names(expected.definitions));
}

/** The groups of a discovery list (or the paths of an OpenAPI index) by name; `undefined` when it is not one. */
function groupsOf(document: unknown, member: string): Map<string, unknown> | undefined {
  const { kind, [member]: list } = (document ?? {}) as Document;
  if (member === 'paths') return kind === undefined && isObject(list) ? new Map(Object.entries(list)) : undefined;
  if (kind !== 'APIGroupList' && kind !== 'APIGroupDiscoveryList') return undefined;
  return Array.isArray(list) ? new Map(list.map((group: unknown) => [nameOf(group), group])) : undefined;
}

function nameOf(group: unknown): string {
  const { name, metadata } = group as { name?: string; metadata?: { name?: string } };
  return name ?? metadata?.name ?? '';
}

function keep(document: unknown, member: string, names: ReadonlySet<string>): unknown {
  const list = (document as Document)[member];
  const kept = Array.isArray(list)
    ? list.filter((group) => names.has(nameOf(group)))
    : Object.fromEntries(Object.entries(list as Document).filter(([name]) => names.has(name)));
  return { ...(document as Document), [member]: kept };
}

function isObject(value: unknown): value is Document {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
