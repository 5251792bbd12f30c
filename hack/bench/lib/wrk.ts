import { runCommand } from '../../lib/run-command.ts';
import type { LoadResult } from './load.ts';
import { pinned } from './processes.ts';
import { needProgram } from './programs.ts';

/** One run of wrk: HTTP/1.1, keep-alive. */
export interface WrkOptions {
  readonly url: string;
  readonly connections: number;
  readonly seconds: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Lua script, and its arguments. */
  readonly script?: readonly string[];
}

/** Runs wrk on one thread. */
export async function runWrk(options: WrkOptions): Promise<LoadResult> {
  const { url, connections, seconds, headers = {}, script } = options;
  const [file, ...args] = script ?? [];
  const command = [
    needProgram('wrk', 'wrk'),
    '--threads=1',
    `--connections=${connections}`,
    `--duration=${seconds}s`,
    '--latency',
    ...Object.entries(headers).flatMap(([name, value]) => ['--header', `${name}: ${value}`]),
    ...(file === undefined ? [] : ['--script', file]),
    url,
    ...(args.length === 0 ? [] : ['--', ...args]),
  ];
  const { code, output } = await runCommand(pinned('load', command));
  if (code !== 0) throw new Error(`wrk ended with ${code}: ${output}`);
  return parseWrk(output);
}

/** Reads what wrk prints. */
export function parseWrk(output: string): LoadResult {
  const number = (pattern: RegExp): number => Number(pattern.exec(output)?.[1] ?? 0);
  const socketErrors =
    /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(output)?.slice(1) ?? [];
  return {
    requestsPerSecond: number(/Requests\/sec:\s+([\d.]+)/),
    requests: number(/(\d+) requests in/),
    p50Ms: toMs(/50%\s+([\d.]+)(us|ms|s|m)\b/.exec(output)),
    p99Ms: toMs(/99%\s+([\d.]+)(us|ms|s|m)\b/.exec(output)),
    failures: number(/Non-2xx or 3xx responses: (\d+)/) + socketErrors.reduce((sum, count) => sum + Number(count), 0),
  };
}

const milliseconds: Readonly<Record<string, number>> = { us: 1e-3, ms: 1, s: 1e3, m: 60e3 };

function toMs(match: RegExpExecArray | null): number {
  return Number(match?.[1]) * (milliseconds[match?.[2] ?? ''] ?? Number.NaN);
}
