import { cpuSeconds } from './proc.ts';
import type { Measurement } from './rounds.ts';

/** What a load generator has seen. */
export interface LoadResult {
  readonly requestsPerSecond: number;
  readonly requests: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Answers other than 2xx and 3xx, and connections that broke. */
  readonly failures: number;
}

/** Runs a load against a process, and adds the CPU time that the process spends on a request: neighbours disturb that least. */
export async function measureLoad(pid: number, run: () => Promise<LoadResult>): Promise<Measurement> {
  const before = await cpuSeconds(pid);
  const { requestsPerSecond, requests, p50Ms, p99Ms, failures } = await run();
  const used = (await cpuSeconds(pid)) - before;
  if (failures > 0) throw new Error(`${failures} of ${requests} requests failed`);
  return { 'req/s': requestsPerSecond, 'p50 ms': p50Ms, 'p99 ms': p99Ms, 'CPU µs/req': (used * 1e6) / requests };
}
