import type { MetricsRegistry, Settable } from '../../component/metrics/interface.ts';
import type { Workqueue, WorkqueueStats } from './interface.ts';

/** Shows queues under upstream's names, `workqueue_*`, by the label `name`. */
export function addWorkqueueMetrics(
  registry: MetricsRegistry,
  queues: readonly Pick<Workqueue, 'name' | 'stats'>[],
): void {
  for (const { type, name, help, valueOf } of shown) {
    const collect = (target: Settable<'name'>): void => {
      for (const queue of queues) target.set({ name: queue.name }, valueOf(queue.stats()));
    };
    registry[type]({ name: `workqueue_${name}`, help, labelNames: ['name'], collect });
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
