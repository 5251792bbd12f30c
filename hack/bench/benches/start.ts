import { setTimeout as pause } from 'node:timers/promises';
import { runCommand } from '../../lib/run-command.ts';
import { startBackends } from '../lib/backends.ts';
import type { Bench, BenchContext } from '../lib/bench.ts';
import { type GatewayOptions, startGateway } from '../lib/gateway.ts';
import { inScope } from '../lib/in-scope.ts';
import { cpuSeconds, residentMiB } from '../lib/proc.ts';
import { pinned } from '../lib/processes.ts';
import { issueBackendPair, register } from '../lib/registration.ts';
import { type Measurement, measureInRounds, ours, type Subject } from '../lib/rounds.ts';

const objects = 1000;
const dead = 50;

/** After which memory is looked at: the first collections are over, and so is the work that the start has left for later. */
const idleMs = 5000;

/** How long the start takes, and what an idle gateway holds. */
export const start: Bench = {
  about: `from the command to the ready line: no objects, ${objects} objects, ${dead} dead APIServices; peer: node -e 0`,
  async run(context) {
    const { against: root } = context;
    const places: Place[] = [{ form: 'first start in a new folder' }, ...(await prepare(context))];
    const subjects: Subject[] = places.flatMap(({ form, dataDir }) => {
      const own = { who: ours, form, measure: () => measureStart(context, { dataDir }) };
      const other = { who: 'other checkout', form, measure: () => measureStart(context, { dataDir, root }) };
      return root === undefined ? [own] : [own, other];
    });
    if (root === undefined) subjects.push({ who: 'node -e 0', measure: measureBareNode });
    context.report.add('start', await measureInRounds(context, subjects, { warmUp: true }));
  },
};

interface Place {
  readonly form: string;
  /** Default: a new one each time. */
  readonly dataDir?: string;
}

/** Data directories as a former run has left them. */
async function prepare(context: BenchContext): Promise<Place[]> {
  const empty = await inScope(context, async (each) => (await startGateway(each)).dataDir);
  const full = await inScope(context, async (each) => {
    const { api, objects: kind, dataDir } = await startGateway(each);
    await api.createAll(
      kind.path,
      Array.from({ length: objects }, (_, at) => kind.newObject(`object-${at}`)),
    );
    return dataDir;
  });
  // The silent half stays until the end of the benchmark: the data directory names its ports.
  const { api, dataDir: crowded, stop } = await startGateway(context);
  const pair = await issueBackendPair(crowded);
  await register(api, await startBackends(context, pair, { healthy: 0, silent: dead / 2, closed: dead / 2 }));
  await stop();
  return [
    { form: 'no objects', dataDir: empty },
    { form: `${objects} objects`, dataDir: full },
    { form: `${dead} dead APIServices`, dataDir: crowded },
  ];
}

function measureStart(context: BenchContext, options: GatewayOptions): Promise<Measurement> {
  return inScope(context, async (each) => {
    const { pid, readyMs } = await startGateway(each, options);
    const cpu = await cpuSeconds(pid);
    await pause(idleMs);
    const idleCPU = (await cpuSeconds(pid)) - cpu;
    return {
      'ready ms': readyMs,
      'CPU ms until ready': cpu * 1000,
      'RSS MiB idle': await residentMiB(pid),
      'CPU ms/s idle': (idleCPU * 1e6) / idleMs,
    };
  });
}

async function measureBareNode(): Promise<Measurement> {
  const { seconds } = await runCommand(pinned('measured', [process.execPath, '-e', '0']));
  const report = 'console.log(process.memoryUsage.rss() / 2 ** 20)';
  const { output } = await runCommand(pinned('measured', [process.execPath, '-e', report]));
  return { 'ready ms': seconds * 1000, 'RSS MiB idle': Number(output) };
}
