import type { GroupVersion } from '../../../apimachinery/schema/group-version.ts';
import { toAPIPath } from '../../../apimachinery/schema/group-version.ts';
import { metaV1 } from './meta-definitions.ts';
import type { CompletedOpenAPIOptions } from './openapi-options.ts';
import { toOperationGroup, toOperationGroupVersion, toTag } from './operation-name.ts';
import type { PathItem } from './operation.ts';
import { newPathItem } from './operation.ts';

/** `/api/`: versions of the core group. */
export function toCorePath(options: CompletedOpenAPIOptions): PathItem {
  return toRootPath('/api/', {
    tag: 'core',
    operationId: 'getCoreAPIVersions',
    answer: `${metaV1}APIVersions`,
    description: 'get available API versions',
    mediaTypes: options.mediaTypes,
  });
}

/** `/apis/`: the groups. */
export function toGroupsPath(options: CompletedOpenAPIOptions): PathItem {
  return toRootPath('/apis/', {
    tag: 'apis',
    operationId: 'getAPIVersions',
    answer: `${metaV1}APIGroupList`,
    description: 'get available API versions',
    mediaTypes: options.mediaTypes,
  });
}

/** `/apis/<group>/`: the versions of a group. */
export function toGroupPath(group: string, options: CompletedOpenAPIOptions): PathItem {
  return toRootPath(`/apis/${group}/`, {
    tag: toTag(group),
    operationId: `get${toOperationGroup(group)}APIGroup`,
    answer: `${metaV1}APIGroup`,
    description: 'get information of a group',
    mediaTypes: options.mediaTypes,
  });
}

/** `/apis/<group>/<version>/`: the resources of a version. */
export function toVersionPath(gv: GroupVersion, options: CompletedOpenAPIOptions): PathItem {
  return toRootPath(`${toAPIPath(gv)}/`, {
    tag: toTag(gv.group, gv.version),
    answer: `${metaV1}APIResourceList`,
    operationId: `get${toOperationGroupVersion(gv)}APIResources`,
    description: 'get available resources',
    mediaTypes: options.mediaTypes,
  });
}

/** `/version/`: the version of the server. */
export function toServerVersionPath(): PathItem {
  return toRootPath('/version/', {
    tag: 'version',
    operationId: 'getCodeVersion',
    answer: 'io.k8s.apimachinery.pkg.version.Info',
    description: 'get the version information for this server',
    mediaTypes: ['application/json'],
  });
}

interface Root {
  readonly tag: string;
  readonly operationId: string;
  readonly answer: string;
  readonly description: string;
  readonly mediaTypes: readonly string[];
}

function toRootPath(path: string, { mediaTypes, ...root }: Root): PathItem {
  const types = { consumes: mediaTypes, produces: mediaTypes };
  return newPathItem(path, [{ ...root, ...types, method: 'get', parameters: [], codes: ['200'] }]);
}
