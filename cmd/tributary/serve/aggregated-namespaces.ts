import { eventKind } from '../../../apis/core/v1/event.ts';
import { namespaceKind } from '../../../apis/core/v1/namespace.ts';
import type { Aggregator } from '../../../pkg/aggregator/interface.ts';
import { newAggregatedContent } from '../../../pkg/aggregator/namespaces/aggregated-content.ts';
import type { AbandonedContent } from '../../../pkg/aggregator/namespaces/interface.ts';
import { toAPIVersion } from '../../../pkg/apimachinery/schema/group-version.ts';
import type { NamespacedContent } from '../../../pkg/apiserver/controllers/namespace/namespaced-content.ts';
import { tryGet } from '../../../pkg/apiserver/controllers/try-get.ts';
import { newEventRecorder } from '../../../pkg/apiserver/events/event-recorder.ts';
import type { APIServer } from '../../../pkg/apiserver/server/api-server.ts';
import { systemClock } from '../../../pkg/component/id/clock.ts';
import type { Logger } from '../../../pkg/component/logs/logger.ts';
import { storeOf } from './kinds.ts';

/** What the content of services in namespaces needs. */
export interface AggregatedNamespacesOptions {
  /** With all of its kinds installed. */
  readonly server: APIServer;
  readonly aggregator: Pick<Aggregator, 'list' | 'subscribe'>;
  /** For how long a service that cannot be asked holds a namespace up, in milliseconds. */
  readonly graceMs: number;
  readonly logger: Logger;
}

/** What services hold in the namespaces of a gateway. One that is given up is told by an Event on the namespace, and in the log. */
export function newAggregatedNamespaces(options: AggregatedNamespacesOptions): NamespacedContent {
  const { server, aggregator, graceMs, logger } = options;
  const namespaces = storeOf(server, namespaceKind);
  const recorder = newEventRecorder({
    events: storeOf(server, eventKind),
    component: 'namespace-controller',
    clock: systemClock,
    logger,
  });
  const onAbandoned = async ({ namespace, snapshot, why, seconds }: AbandonedContent): Promise<void> => {
    const message = `${toAPIVersion(snapshot)} could not be asked for its content for ${seconds} seconds and was given up; what it holds in the namespace stays there: ${why}`;
    logger.warn('a service was given up while a namespace was deleted', { namespace, apiService: snapshot.name, why });
    const uid = (await tryGet(namespaces, { namespace: '', name: namespace }))?.metadata.uid ?? '';
    const involved = { apiVersion: 'v1', kind: 'Namespace', name: namespace, uid };
    const related = { apiVersion: 'apiregistration.k8s.io/v1', kind: 'APIService', name: snapshot.name };
    recorder.record(involved, { type: 'Warning', reason: 'NamespaceContentAbandoned', message, related });
  };
  return newAggregatedContent({
    aggregator,
    findDiscovery: ({ group, version }) =>
      server.discovery
        .groups()
        .find(({ metadata }) => (metadata.name ?? '') === group)
        ?.versions.find((each) => each.version === version),
    graceMs,
    onAbandoned,
    clock: systemClock,
  });
}
