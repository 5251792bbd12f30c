import { newMethodNotAllowed, newPathNotFound } from '../../apimachinery/errors/constructors.ts';
import { newStatusError, type StatusError } from '../../apimachinery/errors/status-error.ts';
import { checkRouteAccepts } from '../../apimachinery/runtime/negotiate-input.ts';
import { type GroupVersion, toQualifiedResource } from '../../apimachinery/schema/group-version.ts';
import type { KindDefinition } from '../../apimachinery/schema/kind-definition.ts';
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
import { servedMediaTypes } from '../endpoints/response/media-types.ts';
import type { Handler, RequestContext } from '../request-context.ts';
import { toSubresourceRoute } from '../subresources/routes.ts';
import type { Subresource } from '../subresources/subresource.ts';

/** Handlers by API verb of one resource or subresource. */
type VerbHandlers = ReadonlyMap<string, Handler>;

type Resource = { readonly scope: 'Namespaced' | 'Cluster'; readonly storesNothing?: true } & (
  | { readonly verbs: VerbHandlers }
  // By HTTP method, and for every path below.
  | { readonly methods: ReadonlyMap<string, Handler> }
);

/** What is served below the objects of a resource. */
export interface SubresourceOptions {
  readonly subresources: readonly Subresource[];
  /** Aborted when the server stops. */
  readonly shutdown: AbortSignal;
}

/** The resources that this server serves by itself, found by `RequestInfo`. */
export class APIRoutes {
  readonly #groupVersions = new Map<string, Map<string, Resource>>();

  /** Installs a kind under its group/version, replacing one that was there. Throws a `TypeError` for two subresources of one name. */
  install(resource: ResourceScope, { subresources, shutdown }: SubresourceOptions): void {
    const { kind } = resource;
    const { scope, plural } = kind;
    const routes = new Map<string, Resource>([[plural, { scope, verbs: toVerbHandlers(resource) }]]);
    if (kind.statusSubresource === true) routes.set(`${plural}/status`, { scope, verbs: toStatusHandlers(resource) });
    for (const subresource of subresources) {
      const name = `${plural}/${subresource.name}`;
      if (routes.has(name)) throw new TypeError(`there are two subresources ${name}`);
      routes.set(name, { scope, ...toSubresourceRoute(subresource, resource, shutdown) });
    }
    this.#set(kind, routes);
  }

  /** Installs a kind of which objects are answered to and not stored, replacing one that was there. */
  installReview(kind: KindDefinition, handler: Handler): void {
    const { scope, plural } = kind;
    this.#set(kind, new Map([[plural, { scope, storesNothing: true, verbs: new Map([['create', handler]]) }]]));
  }

  #set(kind: KindDefinition, routes: ReadonlyMap<string, Resource>): void {
    const others = [...(this.#groupVersions.get(toKey(kind)) ?? [])];
    const kept = others.filter(([name]) => name.split('/')[0] !== kind.plural);
    this.#groupVersions.set(toKey(kind), new Map([...kept, ...routes]));
  }

  has(gv: GroupVersion): boolean {
    return this.#groupVersions.has(toKey(gv));
  }

  /** The handler of a resource request; `undefined` when the group/version is not served here. Throws 404 and 405. */
  find({ info, method, request }: RequestContext): Handler | undefined {
    const resources = this.#groupVersions.get(toKey({ group: info.apiGroup, version: info.apiVersion }));
    if (resources === undefined) return undefined;
    const name = info.subresource === '' ? info.resource : `${info.resource}/${info.subresource}`;
    // An encoded slash makes no subresource: authorization was asked for what the path says.
    const resource = info.resource.includes('/') ? undefined : resources.get(name);
    if (resource === undefined || isTooDeep(resource, info) || !isReachable(resource, info)) throw newPathNotFound();
    const handler = findHandler(resource, info, method);
    if (handler === undefined && isUnwatchable(resource, info)) throw newWatchNotSupported(info);
    if (handler === undefined || isUnplaced(resource, info)) throw newMethodNotAllowed();
    if ('verbs' in resource) checkRouteAccepts(request.headers.accept, toProduced(resource.verbs, info.verb));
    return handler;
  }
}

function toKey({ group, version }: GroupVersion): string {
  return `${group}/${version}`;
}

function findHandler(resource: Resource, info: RequestContext['info'], method: string): Handler | undefined {
  // A word in the path in front of the resource asks for the verb that it is.
  if ('methods' in resource) return info.verb === 'watch' ? undefined : resource.methods.get(method);
  // Upstream registers no route for HEAD, and collections of all namespaces can only be read.
  return method === 'HEAD' ? undefined : resource.verbs.get(info.verb);
}

/** A collection that can be listed, and not watched. */
function isUnwatchable(resource: Resource, { verb }: RequestContext['info']): boolean {
  return verb === 'watch' && 'verbs' in resource && resource.verbs.has('list');
}

function newWatchNotSupported({ apiGroup: group, resource }: RequestContext['info']): StatusError {
  const kind = toQualifiedResource({ group, resource });
  const message = `watch is not supported on resources of kind "${kind}"`;
  const details = { ...(group === '' ? {} : { group }), kind: resource };
  return newStatusError({ code: 405, reason: 'MethodNotAllowed', message, details });
}

const streamTypes = ['application/json;stream=watch', 'application/vnd.kubernetes.protobuf;stream=watch'];

/** What a route can answer with: a collection that can be watched, with streams as well. */
function toProduced(verbs: VerbHandlers, verb: string): readonly string[] {
  const isRead = verb === 'list' || verb === 'watch';
  return isRead && verbs.has('watch') ? [...servedMediaTypes, ...streamTypes] : servedMediaTypes;
}

function isTooDeep(resource: Resource, { parts }: RequestContext['info']): boolean {
  return parts.length > 3 && !('methods' in resource);
}

/** A namespaced object is only reached through its namespace, a cluster-scoped one never through any. */
function isReachable(resource: Resource, info: RequestContext['info']): boolean {
  const names = info.parts.length > 1;
  // Where nothing is stored there are neither objects nor a view over all namespaces.
  if (resource.storesNothing === true && (names || (resource.scope === 'Namespaced') !== (info.namespace !== '')))
    return false;
  // A namespace counts as being in itself. Any other would be reached with the rights that somebody has in this one.
  const { scope } = resource;
  const isItself = info.resource === 'namespaces' && info.parts[1] === info.namespace;
  if (scope === 'Cluster') return info.namespace === '' || isItself;
  return info.namespace !== '' || !names;
}

/** A write to a collection must name the namespace; an update or patch must name the object. */
function isUnplaced({ scope }: Resource, info: RequestContext['info']): boolean {
  if (info.subresource !== '') return false;
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
