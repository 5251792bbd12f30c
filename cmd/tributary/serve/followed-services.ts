import { endpointsKind } from '../../../apis/core/v1/endpoints.ts';
import { serviceKind } from '../../../apis/core/v1/service.ts';
import { endpointSliceKind } from '../../../apis/discovery.k8s.io/v1/endpoint-slice.ts';
import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';
import { externalNameKind } from '../../../apis/service.grafana.app/v0alpha1/external-name.ts';
import { newExternalNameResolver } from '../../../pkg/aggregator/resolver/external-name.ts';
import type { FollowingResolver } from '../../../pkg/aggregator/resolver/interface.ts';
import { newPrecedenceResolver } from '../../../pkg/aggregator/resolver/precedence.ts';
import { endpointSliceIndexers, newServiceResolver } from '../../../pkg/aggregator/resolver/service.ts';
import type { KindDefinition } from '../../../pkg/apimachinery/schema/kind-definition.ts';
import { newListerWatcher } from '../../../pkg/apiserver/registry/lister-watcher.ts';
import type { Store } from '../../../pkg/apiserver/registry/store.ts';
import type { APIServer } from '../../../pkg/apiserver/server/api-server.ts';
import { type Informer, newInformer } from '../../../pkg/client/cache/informer.ts';
import type { ListerWatcher } from '../../../pkg/client/cache/lister-watcher.ts';
import type { Indexers } from '../../../pkg/client/cache/store.ts';
import type { Logger } from '../../../pkg/component/logs/logger.ts';

/** Where services are, by all kinds of objects that can say so. */
export interface FollowedServices {
  readonly resolver: FollowingResolver;
  /** To be run by the caller. */
  readonly informers: readonly Pick<Informer<KubernetesObject>, 'run' | 'waitForSync'>[];
}

/** Follows ExternalNames, Services and their endpoints in the registry of a server. */
export function newFollowedServices(server: APIServer, logger: Logger): FollowedServices {
  const follow = <T extends KubernetesObject>(kind: KindDefinition<T>, indexers: Indexers<T> = {}): Informer<T> =>
    newInformer({
      name: `${kind.plural}.${kind.group}`,
      listerWatcher: listerWatcherOf(server, kind),
      logger,
      indexers,
    });
  const externalNames = follow(externalNameKind);
  const services = follow(serviceKind);
  const endpoints = follow(endpointsKind);
  const endpointSlices = follow(endpointSliceKind, endpointSliceIndexers);
  return {
    resolver: newPrecedenceResolver({
      externalName: newExternalNameResolver(externalNames),
      service: newServiceResolver({ services, endpoints, endpointSlices }),
    }),
    informers: [externalNames, services, endpoints, endpointSlices],
  };
}

/** Of a kind that is switched off there are no objects. */
function listerWatcherOf<T extends KubernetesObject>({ stores }: APIServer, kind: KindDefinition<T>): ListerWatcher<T> {
  const store = stores.find(kind);
  if (store !== undefined) return newListerWatcher(store as unknown as Store<T>);
  return {
    list: async () => ({ items: [], resourceVersion: '0' }),
    watch: (_revision, _sink, signal) =>
      new Promise((resolve) => {
        if (signal.aborted) resolve();
        else signal.addEventListener('abort', () => resolve(), { once: true });
      }),
  };
}
