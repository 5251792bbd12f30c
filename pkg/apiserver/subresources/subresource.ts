import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';
import type { GroupVersionKind } from '../../apimachinery/schema/group-version.ts';
import type { Verb } from '../../apimachinery/schema/kind-definition.ts';
import type { ServedSubresource, SubresourceKind } from '../endpoints/discovery/served-resource.ts';
import type { ResourceScope } from '../endpoints/handlers/resource-scope.ts';
import type { Handler } from '../request-context.ts';

/** Makes a handler for the objects of a resource. */
export type NewHandler<T extends KubernetesObject = KubernetesObject> = (scope: ResourceScope<T>) => Handler;

/** Verbs that a subresource can have. */
export type SubresourceVerb = 'create' | 'delete' | 'get' | 'patch' | 'update';

/** HTTP methods that a subresource can have which connects. */
export type ConnectMethod = 'DELETE' | 'GET' | 'HEAD' | 'OPTIONS' | 'PATCH' | 'POST' | 'PUT';

interface Named {
  /** Path segment behind the name of the object: `scale`. */
  readonly name: string;
}

/** A part of an object that is read and written by verbs, such as `pods/eviction`. */
export interface VerbSubresource<T extends KubernetesObject = KubernetesObject> extends Named {
  /** What it is read and written as; with a schema, OpenAPI tells of it. Default: the kind that it is part of. */
  readonly kind?: SubresourceKind;
  readonly verbs: { readonly [V in SubresourceVerb]?: NewHandler<T> };
}

/**
 * A way to an object over which anything may flow (Go: `rest.Connecter`), such as `pods/exec`: one handler for all methods and for all
 * paths below. It asks for the object itself, may answer, stream, or take the connection over (`context.upgrade`), and resolves when
 * it is done. `context.signal` is aborted when the client leaves and when the server stops.
 */
export interface ConnectSubresource<T extends KubernetesObject = KubernetesObject> extends Named {
  /** What discovery names. Default: the kind that it is part of. */
  readonly kind?: GroupVersionKind;
  /** Default: all. */
  readonly methods?: readonly ConnectMethod[];
  readonly connect: NewHandler<T>;
}

/** What is served below the objects of a kind, beside `status`. */
export type Subresource<T extends KubernetesObject = KubernetesObject> = VerbSubresource<T> | ConnectSubresource<T>;

const verbsByMethod = {
  DELETE: 'delete',
  GET: 'get',
  HEAD: undefined,
  OPTIONS: undefined,
  PATCH: 'patch',
  POST: 'create',
  PUT: 'update',
} as const;

/** Methods of a subresource that connects, unless it says otherwise. */
export const allConnectMethods: readonly ConnectMethod[] = Object.keys(verbsByMethod) as ConnectMethod[];

/** What discovery and OpenAPI tell of a subresource. */
export function describeSubresource<T extends KubernetesObject>(subresource: Subresource<T>): ServedSubresource {
  const { name, kind } = subresource;
  if ('verbs' in subresource) return { name, kind, verbs: Object.keys(subresource.verbs) as Verb[] };
  const verbs = (subresource.methods ?? allConnectMethods).map((method) => verbsByMethod[method]);
  return { name, kind, connects: true, verbs: verbs.filter((verb) => verb !== undefined) };
}
