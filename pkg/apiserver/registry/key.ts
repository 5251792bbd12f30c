import type { KindDefinition } from '../../apimachinery/schema/kind-definition.ts';
import { newBadRequest } from '../../apimachinery/errors/constructors.ts';
import { isPathSegmentName } from '../endpoints/path-segment.ts';

/** Which object of a resource: `namespace` is empty for cluster-scoped ones. */
export interface ObjectName {
  readonly namespace: string;
  readonly name: string;
}

/** Storage prefix of a resource, or of its part in one namespace: the same for every group/version that it is served in. */
export function toStoragePrefix(kind: Pick<KindDefinition, 'group' | 'plural' | 'storedAs'>, namespace = ''): string {
  const group = kind.storedAs?.group ?? kind.group;
  const base = `${group === '' ? 'core' : group}/${kind.plural}/`;
  return namespace === '' ? base : `${base}${namespace}/`;
}

/** Storage key of an object. Throws a 400 for names that cannot be a key. Source: `NamespaceKeyFunc` of the generic registry. */
export function toStorageKey(
  kind: Pick<KindDefinition, 'group' | 'plural' | 'scope' | 'storedAs'>,
  { namespace, name }: ObjectName,
): string {
  if (kind.scope === 'Namespaced' && namespace === '') throw newBadRequest('Namespace parameter required.');
  if (name === '') throw newBadRequest('Name parameter required.');
  checkSegment(name);
  if (kind.scope === 'Cluster') return `${toStoragePrefix(kind)}${name}`;
  checkSegment(namespace);
  return `${toStoragePrefix(kind, namespace)}${name}`;
}

function checkSegment(segment: string): void {
  if (isPathSegmentName(segment)) return;
  const why =
    segment === '.' || segment === '..'
      ? `may not be '${segment}'`
      : `may not contain '${segment.includes('/') ? '/' : '%'}'`;
  throw newBadRequest(`Name parameter invalid: ${JSON.stringify(segment)}: ${why}`);
}
