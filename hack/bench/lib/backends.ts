import type { BenchContext } from './bench.ts';
import { parseJSONLine, startProcess } from './processes.ts';
import type { Registration } from './registration.ts';

/** How many services there shall be, and how they are. */
export interface Population {
  readonly healthy: number;
  /** They accept connections and never answer. */
  readonly silent: number;
  /** Nobody listens where they are said to be. */
  readonly closed?: number;
}

/** A port that is never listened on: discard, reserved since 1983. */
const closedPort = 9;

/** Starts services, a port each, and answers with a group/version for each. */
export async function startBackends(
  context: BenchContext,
  [cert, key]: readonly [string, string],
  { healthy, silent, closed = 0 }: Population,
): Promise<Registration[]> {
  const { ready } = await startProcess(context.scope, {
    name: 'backends',
    place: 'load',
    command: [process.execPath, 'hack/bench/peers/discovery-backends.ts', cert, key, String(healthy), String(silent)],
    parseReady: parseJSONLine<Record<'healthy' | 'silent', readonly number[]>>('silent'),
  });
  const ports = [...ready.healthy, ...ready.silent, ...Array.from({ length: closed }, () => closedPort)];
  return ports.map((port, at) => ({ group: `group-${at}.bench.example.com`, version: 'v1', port }));
}
