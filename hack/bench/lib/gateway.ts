import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { API, bearer } from './api.ts';
import type { BenchContext } from './bench.ts';
import { parseJSONLine, type RunningProcess, startProcess } from './processes.ts';
import { ours } from './rounds.ts';
import { externalNames, type Server } from './server.ts';

/** How to start a gateway. */
export interface GatewayOptions {
  /** Default: a new one. */
  readonly dataDir?: string | undefined;
  /** The checkout whose sources are run. Default: this one. */
  readonly root?: string | undefined;
}

/** A gateway that runs in a process of its own, on the core for what is measured. */
export interface Gateway extends Server {
  readonly dataDir: string;
  readonly kubeconfig: string;
  /** Milliseconds from the start of the process to the ready line. */
  readonly readyMs: number;
  readonly stop: () => Promise<void>;
}

interface ReadyLine {
  readonly address: string;
  readonly kubeconfig: string;
  readonly startSeconds: number;
}

/** Starts our gateway, and that of the other checkout if there is one to compare with. */
export async function startGateways(context: BenchContext): Promise<readonly [Gateway, ...Gateway[]]> {
  const own = await startGateway(context);
  const { against } = context;
  return against === undefined ? [own] : [own, await startGateway(context, { root: against })];
}

/** Starts a gateway from its sources and waits until it is ready. */
export async function startGateway(context: BenchContext, options: GatewayOptions = {}): Promise<Gateway> {
  const dataDir = options.dataDir ?? (await context.newFolder('data'));
  const token = randomBytes(16).toString('hex');
  const tokenFile = join(await context.newFolder('tokens'), 'tokens.csv');
  await writeFile(tokenFile, `${token},bench,bench,"system:masters"\n`, { mode: 0o600 });
  const { profiles } = context;
  const running: RunningProcess<ReadyLine> = await startProcess(context.scope, {
    name: 'gateway',
    place: 'measured',
    ...(options.root === undefined ? {} : { cwd: options.root }),
    command: [
      process.execPath,
      ...(await readStartFlags(options.root ?? '.')),
      ...(profiles === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profiles}`]),
      'cmd/tributary/main.ts',
      'serve',
      '--secure-port=0',
      `--data-dir=${dataDir}`,
      `--token-auth-file=${tokenFile}`,
    ],
    parseReady: parseJSONLine<ReadyLine>('startSeconds'),
  });
  const { address, kubeconfig } = running.ready;
  const api = new API(address, bearer(token));
  context.scope.defer(() => api.close());
  const { pid, readyMs, stop } = running;
  return {
    name: options.root === undefined ? ours : 'other checkout',
    pid,
    api,
    objects: externalNames,
    dataDir,
    kubeconfig,
    readyMs,
    stop,
  };
}

/** The flags that `npm start` gives to Node. */
async function readStartFlags(root: string): Promise<string[]> {
  const { scripts } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { scripts: { start: string } };
  const [, ...words] = scripts.start.split(' ');
  return words.slice(
    0,
    words.findIndex((word) => !word.startsWith('--')),
  );
}
