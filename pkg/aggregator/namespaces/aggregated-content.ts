import type { APIVersionDiscovery } from '../../../apis/apidiscovery/v2/types.ts';
import { type GroupVersion, toAPIPath, toAPIVersion } from '../../apimachinery/schema/group-version.ts';
import {
  type ContentReport,
  joinReports,
  type NamespacedContent,
} from '../../apiserver/controllers/namespace/namespaced-content.ts';
import { untilAborted } from '../../client/cache/until-aborted.ts';
import type { Clock } from '../../component/id/clock.ts';
import type { Aggregator } from '../interface.ts';
import { BackendFailure } from '../proxy/backend-failure.ts';
import type { Transport } from '../proxy/interface.ts';
import type { APIServiceSnapshot, SnapshotChange } from '../snapshot.ts';
import { findDeletable, readDeletable } from './deletable-resources.ts';
import { emptyRemoteResource, RefusedDeletion } from './empty-remote-resource.ts';
import type { AbandonedContent } from './interface.ts';
import { newLostBackends } from './lost-backends.ts';

/** Where aggregated content lives. */
export interface AggregatedContentOptions {
  readonly aggregator: Pick<Aggregator, 'list' | 'subscribe'>;
  /** What was last known of a group/version, also while nobody answers for it. */
  readonly findDiscovery: (gv: GroupVersion) => APIVersionDiscovery | undefined;
  /** For how long a service that cannot be asked holds a namespace up, in milliseconds. */
  readonly graceMs: number;
  /** A namespace goes although this service could not be asked. Waited for, so that the namespace is still there. */
  readonly onAbandoned: (content: AbandonedContent) => Promise<void>;
  readonly clock: Clock;
}

const nothing: ContentReport = { remaining: [], failures: [], undiscovered: [] };

/**
 * What services hold in namespaces, deleted through them as the gateway itself. Upstream, one dead service keeps every namespace from ever
 * going; here it is asked again and again, and given up after a while. A service that is known to hold nothing in namespaces is not asked.
 */
export function newAggregatedContent(options: AggregatedContentOptions): NamespacedContent {
  const { aggregator, findDiscovery, graceMs, onAbandoned, clock } = options;
  const lostBackends = newLostBackends(clock);

  const lose = async (namespace: string, snapshot: APIServiceSnapshot, why: string): Promise<ContentReport> => {
    const known = findDiscovery(snapshot);
    if (known?.resources !== undefined && findDeletable(known).length === 0) return nothing;
    const lost = lostBackends.lost(namespace, snapshot.name);
    if (lost.ms < graceMs) {
      const gv = toAPIVersion(snapshot);
      // Up to the parenthesis upstream's words, so that tools that look for them find them.
      const undiscovered = [`${gv}: stale GroupVersion discovery: ${gv} (${why})`];
      return { ...nothing, undiscovered, recheckAfterMs: graceMs - lost.ms };
    }
    if (lost.untold) {
      lost.untold = false;
      await onAbandoned({ namespace, snapshot, why, seconds: Math.round(lost.ms / 1000) });
    }
    return nothing;
  };
  const deleteFrom = async (
    namespace: string,
    snapshot: APIServiceSnapshot,
    signal: AbortSignal,
  ): Promise<ContentReport> => {
    const [transport] = snapshot.transports;
    if (transport === undefined) return lose(namespace, snapshot, snapshot.availability.message);
    try {
      const report = await emptyNamespace({ namespace, snapshot, transport }, signal);
      lostBackends.found(namespace, snapshot.name);
      return report;
    } catch (error) {
      if (signal.aborted) return nothing;
      return lose(namespace, snapshot, toSentence(error));
    }
  };
  return {
    name: 'aggregated',
    // What says where a service is may be in the namespace itself, and is about to go.
    async prepare(namespace, signal) {
      const within = aggregator
        .list()
        .filter(({ service, transports }) => service?.namespace === namespace && transports.length > 0);
      await Promise.all(within.map((snapshot) => deleteFrom(namespace, snapshot, signal)));
    },
    async deleteAll(namespace, signal) {
      const remote = aggregator.list().filter(({ service }) => service !== undefined);
      return joinReports(await Promise.all(remote.map((snapshot) => deleteFrom(namespace, snapshot, signal))));
    },
    async follow(onRemoved, signal) {
      const unsubscribe = aggregator.subscribe(({ name, current }: SnapshotChange) => {
        const back = current === undefined || current.availability.status === 'True';
        if (back) for (const namespace of lostBackends.waitingFor(name)) onRemoved(namespace);
      });
      await untilAborted(new Promise(() => undefined), signal).catch(() => undefined);
      unsubscribe();
    },
  };
}

interface Place {
  readonly namespace: string;
  readonly snapshot: APIServiceSnapshot;
  readonly transport: Transport;
}

/** Rejects when the service cannot be asked what it holds, or is lost in between. */
async function emptyNamespace({ namespace, snapshot, transport }: Place, signal: AbortSignal): Promise<ContentReport> {
  const reports: ContentReport[] = [];
  for (const found of await readDeletable(transport, snapshot, signal)) {
    const segments = ['namespaces', namespace, found.resource].map(encodeURIComponent);
    const path = [toAPIPath(snapshot), ...segments].join('/');
    try {
      const remaining = await emptyRemoteResource({ ...found, transport, group: snapshot.group, path }, signal);
      if (remaining !== undefined) reports.push({ ...nothing, remaining: [remaining] });
    } catch (error) {
      if (!(error instanceof RefusedDeletion)) throw error;
      reports.push({ ...nothing, failures: [error.message] });
    }
  }
  return joinReports(reports);
}

function toSentence(error: unknown): string {
  if (error instanceof BackendFailure) return error.message;
  return error instanceof Error ? error.message : String(error);
}
