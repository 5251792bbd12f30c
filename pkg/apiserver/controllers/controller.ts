import type { MeasuredQueue } from '../../client/workqueue/workqueue-metrics.ts';
import type { WriteOptions } from '../registry/store-options.ts';

/** Brings stored objects into the state that they ask for, for as long as it runs. */
export interface Controller {
  /** For health checks: `namespace-controller`. */
  readonly name: string;
  /** What it works on, for metrics and health. */
  readonly queues: readonly MeasuredQueue[];
  /** Everything that was there at the start has been seen. */
  hasSynced(): boolean;
  /** Works until the signal is aborted, then ends what is under way and resolves; never rejects. To be called once. */
  run(signal: AbortSignal): Promise<void>;
}

/** What a controller writes as: a user of the system, and a manager of fields of this name. */
export function newControllerWrite(name: string): WriteOptions {
  const groups = ['system:masters', 'system:authenticated'];
  return {
    user: { name: `system:controller:${name}`, uid: '', groups, extra: {} },
    manager: name,
    dryRun: false,
    warn: () => undefined,
  };
}
