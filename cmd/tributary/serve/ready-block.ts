import { relative } from 'node:path';

/** What there is to say when the gateway is ready. */
export interface ReadyFacts {
  readonly version: string;
  /** `https://127.0.0.1:6443`. */
  readonly address: string;
  /** Absolute. */
  readonly dataDir: string;
  /** Absolute. */
  readonly kubeconfig: string;
  readonly groupVersions: GroupVersionCounts;
  readonly seconds: number;
  /** True when others than this machine can reach the address. */
  readonly exposed: boolean;
}

/** Number of group/versions by state. */
export interface GroupVersionCounts {
  /** Served by the gateway itself. */
  readonly local: number;
  readonly available: number;
  readonly unavailable: number;
  /** Not probed yet. */
  readonly unknown: number;
}

/** The block for people, at most 12 lines. */
export function toReadyBlock(facts: ReadyFacts): string {
  const { version, address, dataDir, kubeconfig, groupVersions, seconds, exposed } = facts;
  const counts = Object.entries(groupVersions).map(([state, count]) => `${count} ${state}`);
  const lines = [
    `Tributary ${version} is ready (started in ${seconds.toFixed(2)} s)`,
    `  address      ${address}${exposed ? '  (reachable from other machines)' : ''}`,
    `  data         ${toShown(dataDir)}`,
    `  kubeconfig   ${toShown(kubeconfig)}`,
    `  versions     ${counts.join(', ')}`,
    '',
    `  export KUBECONFIG=${kubeconfig}`,
    '',
  ];
  return `${lines.join('\n')}\n`;
}

/** The same for programs: members of one line of JSON. */
export function toReadyFields(facts: ReadyFacts): Record<string, unknown> {
  const { version, address, dataDir, kubeconfig, groupVersions, seconds } = facts;
  return {
    version,
    address,
    dataDir,
    kubeconfig,
    groupVersions,
    startSeconds: Number(seconds.toFixed(3)),
    pid: process.pid,
  };
}

/** Paths inside the current folder are shown from there. */
function toShown(path: string): string {
  const inside = relative(process.cwd(), path);
  return inside === '' || inside.startsWith('..') ? path : `./${inside}`;
}
