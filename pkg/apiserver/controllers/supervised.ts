import type { HealthCheck } from '../healthz/checks.ts';
import type { Controller } from './controller.ts';

/** How long a controller may work on one key before it counts as stuck: a namespace may hold a great many objects. */
const stuckSeconds = 3600;

/** Controllers that tell how they are. */
export interface SupervisedControllers {
  /** One for each, `poststarthook/<name>`: whether it has begun and, for as long as the server lives, whether it still works. */
  readonly checks: readonly HealthCheck[];
  /** Runs them all until the signal is aborted; never rejects. To be called once. */
  run(signal: AbortSignal): Promise<void>;
}

/**
 * Watches over controllers. `/readyz` waits until each has seen everything that was there at the start; all health endpoints
 * fail when one has ended by itself or stands still, because what it should do is then not done by anybody.
 */
export function superviseControllers(controllers: readonly Controller[]): SupervisedControllers {
  const faults = new Map<Controller, string>();
  const watch = async (controller: Controller, signal: AbortSignal): Promise<void> => {
    try {
      await controller.run(signal);
      if (!signal.aborted) faults.set(controller, 'it has ended by itself');
    } catch (error) {
      faults.set(controller, `it has failed: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  return {
    checks: controllers.flatMap((controller): HealthCheck[] => {
      const name = `poststarthook/${controller.name}`;
      const checkAlive = (): void => throwFault(faults.get(controller) ?? findStuck(controller));
      return [
        { name, endpoints: ['healthz', 'livez'], check: checkAlive },
        {
          name,
          endpoints: ['readyz'],
          check() {
            checkAlive();
            if (!controller.hasSynced()) throw new Error('it has not seen all objects yet');
          },
        },
      ];
    }),
    async run(signal) {
      await Promise.all(controllers.map((controller) => watch(controller, signal)));
    },
  };
}

function findStuck({ queues }: Controller): string | undefined {
  for (const queue of queues) {
    const { longestRunningSeconds } = queue.stats();
    if (longestRunningSeconds > stuckSeconds) {
      return `it has worked on one key of the queue ${queue.name} for ${Math.round(longestRunningSeconds)} seconds`;
    }
  }
  return undefined;
}

function throwFault(fault: string | undefined): void {
  if (fault !== undefined) throw new Error(fault);
}
