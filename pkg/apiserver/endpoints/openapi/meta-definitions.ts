import type { GroupVersion } from '../../../apimachinery/schema/group-version.ts';
import { compareText } from '../discovery/compare-text.ts';
import type { Definition } from './definition.ts';
import { discoveryDefinitions } from './definitions/discovery.ts';
import { listMetaDefinitions } from './definitions/list-meta.ts';
import { objectMetaDefinitions } from './definitions/object-meta.ts';
import { requestDefinitions } from './definitions/requests.ts';
import { statusDefinitions } from './definitions/status.ts';
import { versionDefinitions } from './definitions/version.ts';

/** Start of the names of all definitions of `meta/v1`. */
export const metaV1 = 'io.k8s.apimachinery.pkg.apis.meta.v1.';

/** Kinds of `meta/v1` that a client may send or get under the API version of any group. */
const registeredEverywhere: readonly string[] = ['DeleteOptions', 'WatchEvent'];

/** Definitions that every server has; those that belong to every group/version tell of the given ones. */
export function newMetaDefinitions(gvs: readonly GroupVersion[]): Map<string, Definition> {
  const definitions = new Map(
    Object.entries({
      ...objectMetaDefinitions,
      ...listMetaDefinitions,
      ...statusDefinitions,
      ...requestDefinitions,
      ...discoveryDefinitions,
      ...versionDefinitions,
    }),
  );
  for (const kind of registeredEverywhere) {
    const name = `${metaV1}${kind}`;
    definitions.set(name, { ...definitions.get(name), 'x-kubernetes-group-version-kind': toGVKs(gvs, kind) });
  }
  return definitions;
}

function toGVKs(gvs: readonly GroupVersion[], kind: string): { group: string; version: string; kind: string }[] {
  const byText = new Map([{ group: '', version: 'v1' }, ...gvs].map((gv) => [`${gv.group}/${gv.version}`, gv]));
  return [...byText]
    .toSorted(([a], [b]) => compareText(a, b))
    .map(([, { group, version }]) => ({ group, version, kind }));
}
