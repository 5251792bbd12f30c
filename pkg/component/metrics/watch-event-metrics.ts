import type { MetricFamily } from './family.ts';
import { type Buckets, emitBuckets, newBuckets, observe } from './histogram.ts';
import type { WatchedResource } from './interface.ts';
import { newSeriesSet } from './series.ts';

const sizeBounds: readonly number[] = [1024, 2048, 4096, 8192, 16384, 32768, 65536, 131072];

/** The events sent to watchers, by resource. A histogram knows their number, so that an event costs one observation. */
export interface WatchEventMetrics {
  readonly families: readonly MetricFamily[];
  /** Counts frames sent to watchers of a resource; the look-up is done here, because each event goes to many. */
  of(resource: WatchedResource): (bytes: number) => void;
}

/** Nothing sent yet. */
export function newWatchEventMetrics(): WatchEventMetrics {
  const labelNames = ['group', 'version', 'resource'] as const;
  const series = newSeriesSet<(typeof labelNames)[number], Buckets>({ labelNames }, () => newBuckets(sizeBounds));
  const sent = (visit: (labels: string, buckets: Buckets) => void): void =>
    series.forEach((labels, buckets) => {
      if (countOf(buckets) > 0) visit(labels, buckets);
    });
  return {
    families: [
      {
        name: 'apiserver_watch_events_total',
        type: 'counter',
        help: 'Number of events sent to watchers.',
        samples: (emit) => sent((labels, buckets) => emit('', labels, countOf(buckets))),
      },
      {
        name: 'apiserver_watch_events_sizes',
        type: 'histogram',
        help: 'Size of the events sent to watchers, in bytes.',
        samples: (emit) => sent((labels, buckets) => emitBuckets(buckets, { bounds: sizeBounds, labels, emit })),
      },
    ],
    of({ group, version, resource }) {
      const buckets = series.at({ group, version, resource });
      return (bytes) => observe(buckets, sizeBounds, bytes);
    },
  };
}

function countOf({ counts }: Buckets): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
