import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';
import { newServiceUnavailable } from '../../apimachinery/errors/constructors.ts';
import type { ResourceScope } from '../endpoints/handlers/resource-scope.ts';
import type { Handler } from '../request-context.ts';
import { allConnectMethods, type NewHandler, type Subresource } from './subresource.ts';

/** The handlers of a subresource: by API verb, or by HTTP method and for all paths below when it connects. */
export type SubresourceRoute =
  | { readonly verbs: ReadonlyMap<string, Handler> }
  | { readonly methods: ReadonlyMap<string, Handler> };

/** Makes the handlers of a subresource. `shutdown` is aborted when the server stops. */
export function toSubresourceRoute<T extends KubernetesObject>(
  subresource: Subresource<T>,
  scope: ResourceScope<T>,
  shutdown: AbortSignal,
): SubresourceRoute {
  if ('verbs' in subresource) {
    const entries = Object.entries<NewHandler<T> | undefined>(subresource.verbs);
    return { verbs: new Map(entries.flatMap(([verb, make]) => (make === undefined ? [] : [[verb, make(scope)]]))) };
  }
  const handler = endWith(shutdown, subresource.connect(scope));
  return { methods: new Map((subresource.methods ?? allConnectMethods).map((method) => [method, handler])) };
}

/** By its name alone the server cannot tell a stream that would keep it from stopping. */
function endWith(shutdown: AbortSignal, handler: Handler): Handler {
  return async (context) => {
    if (shutdown.aborted) throw newServiceUnavailable('apiserver is shutting down', 1);
    shutdown.addEventListener('abort', context.abort, { once: true });
    try {
      await handler(context);
    } finally {
      shutdown.removeEventListener('abort', context.abort);
    }
  };
}
