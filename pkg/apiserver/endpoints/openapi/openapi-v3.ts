import type { GroupVersion } from '../../../apimachinery/schema/group-version.ts';
import type { ServedKind } from '../discovery/served-resource.ts';
import { toReachable } from './closure.ts';
import { addKindDefinitions } from './kind-definitions.ts';
import { toKindPaths } from './kind-paths.ts';
import { newMetaDefinitions } from './meta-definitions.ts';
import type { OpenAPIOptions } from './openapi-options.ts';
import { completeOpenAPIOptions } from './openapi-options.ts';
import type { OpenAPIV3 } from './openapi-v3-syntax.ts';
import { toOpenAPIV3 } from './openapi-v3-syntax.ts';
import type { PathItem } from './operation.ts';
import { toCorePath, toGroupPath, toGroupsPath, toServerVersionPath, toVersionPath } from './root-paths.ts';

/** The document of one group/version: `/openapi/v3/apis/<group>/<version>`. All kinds must be of it. */
export function buildOpenAPIV3(gv: GroupVersion, kinds: readonly ServedKind[], options: OpenAPIOptions): OpenAPIV3 {
  const completed = completeOpenAPIOptions(options);
  const definitions = newMetaDefinitions([gv]);
  for (const kind of kinds) addKindDefinitions(definitions, kind);
  const paths = [toVersionPath(gv, completed), ...kinds.flatMap((kind) => toKindPaths(kind, completed))];
  return toOpenAPIV3(options.info, paths, toReachable(paths, definitions));
}

/** The document of `/api/`: `/openapi/v3/api`. */
export function buildCoreOpenAPIV3(options: OpenAPIOptions): OpenAPIV3 {
  return buildRootOpenAPIV3(toCorePath(completeOpenAPIOptions(options)), options);
}

/** The document of `/apis/`: `/openapi/v3/apis`. */
export function buildGroupsOpenAPIV3(options: OpenAPIOptions): OpenAPIV3 {
  return buildRootOpenAPIV3(toGroupsPath(completeOpenAPIOptions(options)), options);
}

/** The document of `/apis/<group>/`: `/openapi/v3/apis/<group>`. */
export function buildGroupOpenAPIV3(group: string, options: OpenAPIOptions): OpenAPIV3 {
  return buildRootOpenAPIV3(toGroupPath(group, completeOpenAPIOptions(options)), options);
}

/** The document of `/version/`: `/openapi/v3/version`. */
export function buildVersionOpenAPIV3(options: OpenAPIOptions): OpenAPIV3 {
  return buildRootOpenAPIV3(toServerVersionPath(), options);
}

function buildRootOpenAPIV3(path: PathItem, options: OpenAPIOptions): OpenAPIV3 {
  return toOpenAPIV3(options.info, [path], toReachable([path], newMetaDefinitions([])));
}
