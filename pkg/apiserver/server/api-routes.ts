import { newMethodNotAllowed, newPathNotFound } from '../../apimachinery/errors/constructors.ts';
import type { GroupVersion } from '../../apimachinery/schema/group-version.ts';
import { toVerbs } from '../endpoints/discovery/served-resource.ts';
import { newCreateHandler } from '../endpoints/handlers/create.ts';
import { newDeleteCollectionHandler } from '../endpoints/handlers/delete-collection.ts';
import { newDeleteHandler } from '../endpoints/handlers/delete.ts';
import { newGetHandler } from '../endpoints/handlers/get.ts';
import { newListHandler } from '../endpoints/handlers/list.ts';
import { newPatchHandler } from '../endpoints/handlers/patch.ts';
import type { ResourceScope } from '../endpoints/handlers/resource-scope.ts';
import { newUpdateHandler } from '../endpoints/handlers/update.ts';
import { newWatchHandler } from '../endpoints/handlers/watch.ts';
import type { Handler, RequestContext } from '../request-context.ts';

/** Handlers by API verb of one resource or subresource. */
type VerbHandlers = ReadonlyMap<string, Handler>;

interface Resource {
  readonly scope: 'Namespaced' | 'Cluster';
  readonly verbs: VerbHandlers;
}

/** The resources that this server serves by itself, found by `RequestInfo`. */
export class APIRoutes {
  readonly #groupVersions = new Map<string, Map<string, Resource>>();

  /** Installs a kind under its group/version, replacing one that was there. */
  install(resource: ResourceScope): void {
    const { kind } = resource;
    const resources = this.#groupVersions.get(toKey(kind)) ?? new Map<string, Resource>();
    this.#groupVersions.set(toKey(kind), resources);
    resources.set(kind.plural, { scope: kind.scope, verbs: toVerbHandlers(resource) });
    if (kind.statusSubresource !== true) return;
    resources.set(`${kind.plural}/status`, { scope: kind.scope, verbs: toStatusHandlers(resource) });
  }

  has(gv: GroupVersion): boolean {
    return this.#groupVersions.has(toKey(gv));
  }

  /** The handler of a resource request; `undefined` when the group/version is not served here. Throws 404 and 405. */
  find({ info, method }: RequestContext): Handler | undefined {
    const resources = this.#groupVersions.get(toKey({ group: info.apiGroup, version: info.apiVersion }));
    if (resources === undefined) return undefined;
    const name = info.subresource === '' ? info.resource : `${info.resource}/${info.subresource}`;
    const resource = resources.get(name);
    if (resource === undefined || info.parts.length > 3 || !isReachable(resource, info)) throw newPathNotFound();
    // Upstream registers no route for HEAD, and collections of all namespaces can only be read.
    const handler = method === 'HEAD' ? undefined : resource.verbs.get(info.verb);
    if (handler === undefined || isUnplaced(resource, info)) throw newMethodNotAllowed();
    return handler;
  }
}

function toKey({ group, version }: GroupVersion): string {
  return `${group}/${version}`;
}

/** A namespaced object is only reached through its namespace, a cluster-scoped one never through any. */
function isReachable({ scope }: Resource, info: RequestContext['info']): boolean {
  const names = info.parts.length > 1;
  if (scope === 'Cluster') return info.namespace === '' || info.resource === 'namespaces';
  return info.namespace !== '' || !names;
}

/** A write to a collection must name the namespace; an update or patch must name the object. */
function isUnplaced({ scope }: Resource, info: RequestContext['info']): boolean {
  if (info.verb === 'create') return info.parts.length > 1 || (scope === 'Namespaced' && info.namespace === '');
  if (info.verb === 'deletecollection') return scope === 'Namespaced' && info.namespace === '';
  if (info.verb === 'update' || info.verb === 'patch') return info.parts.length < 2;
  return false;
}

function toVerbHandlers(scope: ResourceScope): VerbHandlers {
  const served: ReadonlySet<string> = new Set(toVerbs(scope.kind));
  const all: [string, Handler][] = [
    ['get', newGetHandler(scope)],
    ['list', newListHandler(scope)],
    ['watch', newWatchHandler(scope)],
    ['create', newCreateHandler(scope)],
    ['update', newUpdateHandler(scope, '')],
    ['patch', newPatchHandler(scope, '')],
    ['delete', newDeleteHandler(scope)],
    ['deletecollection', newDeleteCollectionHandler(scope)],
  ];
  return new Map(all.filter(([verb]) => served.has(verb)));
}

function toStatusHandlers(scope: ResourceScope): VerbHandlers {
  return new Map([
    ['get', newGetHandler(scope)],
    ['update', newUpdateHandler(scope, 'status')],
    ['patch', newPatchHandler(scope, 'status')],
  ]);
}
