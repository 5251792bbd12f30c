import { rm } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { Bench, BenchContext } from '../lib/bench.ts';
import { type Gateway, startGateway } from '../lib/gateway.ts';
import { inScope } from '../lib/in-scope.ts';
import { measureLoad } from '../lib/load.ts';
import { startBackends } from '../lib/backends.ts';
import { findProgram, hasProgram } from '../lib/programs.ts';
import { pinned } from '../lib/processes.ts';
import { issueBackendPair, register, untilJudged } from '../lib/registration.ts';
import { type Measurement, measureInRounds, ours, type Subject } from '../lib/rounds.ts';
import { startSameAnswer } from '../lib/same-answer.ts';
import { runWrk } from '../lib/wrk.ts';
import { runCommand } from '../../lib/run-command.ts';

const sizes = [10, 100, 500, 1000];
const silentShares = [0, 0.5, 1];

const forms = {
  'one document': 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json',
  'list of groups': 'application/json',
} as const;

/** Discovery over many group/versions, some of whose services never answer. */
export const discovery: Bench = {
  about:
    'GET /apis with 10, 100, 500 and 1,000 group/versions of which none, half and all are black holes, and kubectl api-resources; peer: the same bytes from a bare server',
  async run(context) {
    for (const size of sizes) {
      for (const share of silentShares) await inScope(context, (each) => measureSize(each, size, share));
    }
  },
};

async function measureSize(context: BenchContext, size: number, share: number): Promise<void> {
  const gateway = await startGateway(context);
  const pair = await issueBackendPair(gateway.dataDir);
  const silent = Math.round(size * share);
  const registrations = await startBackends(context, pair, { healthy: size - silent, silent });
  const started = performance.now();
  await register(gateway.api, registrations);
  const registered = performance.now();
  const available = await untilJudged(gateway.api);
  const judged = performance.now();
  await untilAvailable(gateway.api, size - silent);
  if (available !== size - silent) context.report.note(`${available} of ${size - silent} were available at first`);
  const title = `${size} group/versions, ${silent} black holes`;
  const settling = { 'register s': (registered - started) / 1000, 'first verdicts s': (judged - registered) / 1000 };
  context.report.add(`${title}: registration`, [{ who: ours, form: undefined, rounds: [settling] }]);
  const subjects = await newSubjects(context, gateway);
  context.report.add(title, await measureInRounds(context, subjects, { warmUp: true }));
  if (!hasProgram('kubectl')) return context.report.note('kubectl is missing: its wall time is not measured');
  context.report.add(`${title}: kubectl`, await measureInRounds(context, newKubectlSubjects(context, gateway)));
}

/** On a busy machine a first probe may fail, and a second one follows. */
async function untilAvailable(api: Gateway['api'], count: number): Promise<void> {
  const deadline = performance.now() + 60_000;
  for (;;) {
    const available = await untilJudged(api);
    if (available === count) return;
    if (performance.now() > deadline) throw new Error(`${available} services are available, not ${count}`);
    await pause(200);
  }
}

async function newSubjects(context: BenchContext, gateway: Gateway): Promise<Subject[]> {
  const { seconds } = context;
  const subjects: Subject[] = [];
  for (const [form, accept] of Object.entries(forms)) {
    const headers = { ...gateway.api.headers, Accept: accept };
    const answer = await gateway.api.ask('/apis', { headers });
    const bare = await startSameAnswer(context, gateway.dataDir, answer);
    const measure = (pid: number, url: string) => async (): Promise<Measurement> => {
      const load = await measureLoad(pid, () => runWrk({ url, headers, seconds, connections: 4 }));
      return { ...load, KiB: answer.body.length / 1024 };
    };
    subjects.push({ who: ours, form, measure: measure(gateway.pid, `${gateway.api.address}/apis`) });
    subjects.push({ who: 'bare', form, measure: measure(bare.pid, bare.http1) });
  }
  return subjects;
}

/** What a person waits for, with nothing cached. Without a server, it is the time that kubectl takes for itself. */
function newKubectlSubjects(context: BenchContext, { kubeconfig }: Gateway): Subject[] {
  const kubectl = findProgram('kubectl') ?? 'kubectl';
  const run = (args: readonly string[]) => async (): Promise<Measurement> => {
    const home = await context.newFolder('kubectl');
    const env = { HOME: home, KUBECACHEDIR: home, KUBECONFIG: kubeconfig };
    const { code, seconds, output } = await runCommand(pinned('load', [kubectl, ...args]), { env });
    await rm(home, { recursive: true, force: true });
    const resources = output.split('\n').filter((line) => / (?:true|false) /.test(line)).length;
    return { 'wall ms': seconds * 1000, 'exit code': code, resources };
  };
  return [
    { who: ours, form: 'kubectl api-resources', measure: run(['api-resources']) },
    { who: 'kubectl version --client', measure: run(['version', '--client']) },
  ];
}
