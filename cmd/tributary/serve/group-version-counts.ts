import type { Aggregator } from '../../../pkg/aggregator/interface.ts';
import type { Gateway } from './new-gateway.ts';
import type { GroupVersionCounts } from './ready-block.ts';

/** Longest wait for the first round of probes; backends that do not answer by then are told as unknown. */
const firstProbesMs = 300;

/** Resolves when every aggregated group/version has its first verdict, or when it has taken long enough. */
export function waitForFirstProbes(aggregator: Aggregator, signal: AbortSignal): Promise<void> {
  const isDone = (): boolean =>
    aggregator.list().every((each) => each.service === undefined || each.availability.status !== 'Unknown');
  if (isDone() || signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const finish = (): void => {
      clearTimeout(timer);
      unsubscribe();
      signal.removeEventListener('abort', finish);
      resolve();
    };
    const timer = setTimeout(finish, firstProbesMs);
    const unsubscribe = aggregator.subscribe(() => {
      if (isDone()) finish();
    });
    signal.addEventListener('abort', finish, { once: true });
  });
}

/** Counts group/versions by state: those of the gateway itself, and the aggregated ones by their verdict. */
export function countGroupVersions({ server, aggregator }: Pick<Gateway, 'server' | 'aggregator'>): GroupVersionCounts {
  const remote = aggregator.list().filter(({ service }) => service !== undefined);
  const count = (status: string): number => remote.filter(({ availability }) => availability.status === status).length;
  return {
    local: server.groupVersions().length,
    available: count('True'),
    unavailable: count('False'),
    unknown: count('Unknown'),
  };
}
