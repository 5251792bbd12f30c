import type { GroupVersion } from '../../../apimachinery/schema/group-version.ts';
import { toAPIVersion } from '../../../apimachinery/schema/group-version.ts';
import type { ServedKind } from '../discovery/served-resource.ts';
import { toReachable } from './closure.ts';
import { addKindDefinitions } from './kind-definitions.ts';
import { toKindPaths } from './kind-paths.ts';
import { newMetaDefinitions } from './meta-definitions.ts';
import type { CompletedOpenAPIOptions, OpenAPIOptions } from './openapi-options.ts';
import { completeOpenAPIOptions } from './openapi-options.ts';
import type { OpenAPIV2 } from './openapi-v2-syntax.ts';
import { toOpenAPIV2 } from './openapi-v2-syntax.ts';
import type { PathItem } from './operation.ts';
import { toCorePath, toGroupPath, toGroupsPath, toServerVersionPath, toVersionPath } from './root-paths.ts';

/** The document of all kinds of all groups: `/openapi/v2`. */
export function buildOpenAPIV2(kinds: readonly ServedKind[], options: OpenAPIOptions): OpenAPIV2 {
  const completed = completeOpenAPIOptions(options);
  const gvs = toGroupVersions(kinds);
  const definitions = newMetaDefinitions(gvs);
  for (const kind of kinds) addKindDefinitions(definitions, kind);
  const paths = [...toRootPaths(gvs, completed), ...kinds.flatMap((kind) => toKindPaths(kind, completed))];
  return toOpenAPIV2(options.info, paths, toReachable(paths, definitions));
}

/** The group/versions of kinds, each once, in the order of their first kinds. */
export function toGroupVersions(kinds: readonly ServedKind[]): GroupVersion[] {
  const byName = new Map(kinds.map(({ group, version }) => [toAPIVersion({ group, version }), { group, version }]));
  return [...byName.values()];
}

function toRootPaths(gvs: readonly GroupVersion[], options: CompletedOpenAPIOptions): PathItem[] {
  const groups = [...new Set(gvs.map((gv) => gv.group))].filter((group) => group !== '');
  return [
    ...(gvs.some((gv) => gv.group === '') ? [toCorePath(options)] : []),
    toGroupsPath(options),
    ...groups.map((group) => toGroupPath(group, options)),
    ...gvs.map((gv) => toVersionPath(gv, options)),
    toServerVersionPath(),
  ];
}
