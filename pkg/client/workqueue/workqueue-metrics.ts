import type { Distribution, MetricsRegistry, Settable, Showable } from '../../component/metrics/interface.ts';
import { type Workqueue, workqueueBounds, type WorkqueueStats } from './interface.ts';

/** A queue as metrics see it, whatever its keys are. */
export type MeasuredQueue = Pick<Workqueue<never>, 'name' | 'stats'>;

/** Shows queues under upstream's names, `workqueue_*`, by the label `name`; which ones is asked each time. */
export function addWorkqueueMetrics(registry: MetricsRegistry, queues: () => readonly MeasuredQueue[]): void {
  for (const { type, name, help, valueOf } of shown) {
    const collect = (target: Settable<'name'>): void => {
      for (const queue of queues()) target.set({ name: queue.name }, valueOf(queue.stats()));
    };
    registry[type]({ name: `workqueue_${name}`, help, labelNames: ['name'], collect });
  }
  for (const { name, help, valueOf } of distributions) {
    const collect = (target: Showable<'name'>): void => {
      for (const queue of queues()) target.show({ name: queue.name }, valueOf(queue.stats()));
    };
    registry.histogram({ name: `workqueue_${name}`, help, labelNames: ['name'], buckets: workqueueBounds, collect });
  }
}

interface Shown {
  readonly type: 'counter' | 'gauge';
  readonly name: string;
  readonly help: string;
  readonly valueOf: (stats: WorkqueueStats) => number;
}

const shown: readonly Shown[] = [
  { type: 'gauge', name: 'depth', help: 'Number of keys that wait.', valueOf: (stats) => stats.depth },
  { type: 'counter', name: 'adds_total', help: 'Number of keys accepted.', valueOf: (stats) => stats.adds },
  {
    type: 'counter',
    name: 'retries_total',
    help: 'Number of rate-limited additions.',
    valueOf: (stats) => stats.retries,
  },
  {
    type: 'gauge',
    name: 'unfinished_work_seconds',
    help: 'For how long the keys that are being processed have been so, in sum.',
    valueOf: (stats) => stats.unfinishedSeconds,
  },
  {
    type: 'gauge',
    name: 'longest_running_processor_seconds',
    help: 'For how long the oldest of the keys that are being processed has been so.',
    valueOf: (stats) => stats.longestRunningSeconds,
  },
];

interface ShownDistribution {
  readonly name: string;
  readonly help: string;
  readonly valueOf: (stats: WorkqueueStats) => Distribution;
}

const distributions: readonly ShownDistribution[] = [
  {
    name: 'queue_duration_seconds',
    help: 'How long keys waited before they were processed.',
    valueOf: (stats) => stats.queueDurations,
  },
  {
    name: 'work_duration_seconds',
    help: 'How long it took to process keys.',
    valueOf: (stats) => stats.workDurations,
  },
];
