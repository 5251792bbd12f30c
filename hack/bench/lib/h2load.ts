import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../../lib/run-command.ts';
import type { LoadResult } from './load.ts';
import { pinned } from './processes.ts';
import { needProgram } from './programs.ts';
import { quantile } from './statistics.ts';

/** One run of h2load: HTTP/2. */
export interface H2loadOptions {
  readonly url: string;
  readonly connections: number;
  /** Requests under way on each connection. */
  readonly streams: number;
  readonly seconds: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Runs h2load on one thread. */
export async function runH2load(options: H2loadOptions): Promise<LoadResult> {
  const { url, connections, streams, seconds, headers = {} } = options;
  const folder = await mkdtemp(join(tmpdir(), 'tributary-bench-'));
  try {
    const log = join(folder, 'requests.log');
    const command = [
      needProgram('h2load', 'nghttp2-client'),
      `--duration=${seconds}`,
      `--clients=${connections}`,
      `--max-concurrent-streams=${streams}`,
      `--log-file=${log}`,
      ...Object.entries(headers).flatMap(([name, value]) => ['--header', `${name}: ${value}`]),
      url,
    ];
    const { code, output } = await runCommand(pinned('load', command));
    if (code !== 0) throw new Error(`h2load ended with ${code}: ${output}`);
    return parseH2load(output, await readFile(log, 'utf8'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Reads what h2load prints, and its log: a line for each request with start, status and duration in microseconds. */
export function parseH2load(output: string, log: string): LoadResult {
  const number = (pattern: RegExp): number => Number(pattern.exec(output)?.[1] ?? Number.NaN);
  const durations: number[] = [];
  for (const [, duration] of log.matchAll(/^\d+\t-?\d+\t(\d+)$/gm)) durations.push(Number(duration) / 1000);
  durations.sort((a, b) => a - b);
  const failures = [/(\d+) failed/, /(\d+) errored/, /(\d+) timeout/, /(\d+) 4xx/, /(\d+) 5xx/].map(number);
  return {
    requestsPerSecond: number(/([\d.]+) req\/s/),
    requests: number(/(\d+) done/),
    p50Ms: quantile(durations, 0.5),
    p99Ms: quantile(durations, 0.99),
    failures: failures.reduce((sum, count) => sum + count, 0),
  };
}
