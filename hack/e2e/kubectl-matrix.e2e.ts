import t, { type Test } from 'tap';
import { eventually } from './harness/eventually.ts';
import { findKubectl } from './harness/kubectl-binary.ts';
import type { Kubectl, KubectlResult } from './harness/kubectl.ts';
import { type Expected, compareOutput, readExpectations } from './kubectl-matrix/differences.ts';
import { readReadmeCommands } from './kubectl-matrix/readme.ts';
import { type Recording, argumentsOf, readRecording } from './kubectl-matrix/recording.ts';
import { type Scene, newScene } from './kubectl-matrix/scene.ts';
import { type Step, steps } from './kubectl-matrix/steps.ts';

/** Those that npm packages carry, from the oldest; the newest one is the one that the recordings were made with. */
const MINORS = [20, 24, 27, 29, 31, 33, 35, 36];

const expectations = await readExpectations();
const readme = await readReadmeCommands();
const recordings = new Map(await Promise.all(steps.map(async ({ id }) => [id, await readRecording(id)] as const)));
for (const minor of MINORS) await findKubectl(minor);

t.jobs = 3;
const versions = MINORS.map((minor) =>
  t.test(`kubectl 1.${minor}`, { buffered: true }, async (t) => {
    const scene = await newScene(t, minor);
    await t.test('the first five minutes of the README', (t) => runReadme(t, scene, minor));
    await t.test('recorded commands', (t) => runRecordings(t, scene, minor));
  }),
);
await Promise.all(versions);

t.test('every difference explains something', async (t) => t.same(expectations.unused(), []));

async function runReadme(t: Test, { kubectl, examples }: Scene, minor: number): Promise<void> {
  const run = async (recording: Recording): Promise<void> => {
    const args = argumentsOf(recording).map((arg) => arg.replace(/^examples\/flunder/, examples));
    judge(t, recording.id, { actual: await kubectl.run(args), expected: expectations.of(recording, minor) });
  };
  for (const recording of readme.first) {
    await run(recording);
    if (recording.id.includes('manifests.yaml')) await becomesAvailable(kubectl);
  }
  await watchFirst(t, kubectl, expectations.of(readme.watch, minor));
  for (const recording of readme.cleanUp) await run(recording);
}

/** The watch goes on, so it is not judged by how it ends. */
async function watchFirst(t: Test, kubectl: Kubectl, { stdout, gap }: Expected): Promise<void> {
  const { id } = readme.watch;
  const watch = kubectl.start(argumentsOf(readme.watch));
  const [line = 'NAME'] = stdout;
  await watch
    .waitFor(id, (printed) => (printed.startsWith(line) ? true : undefined), gap === undefined ? 20 : 2)
    .then(
      () => t.pass(id),
      (error: Error) => fail(t, id, { why: error.message, gap }),
    );
  await watch.kill();
}

async function becomesAvailable(kubectl: Kubectl): Promise<void> {
  await kubectl.ok([
    'wait',
    '--for=condition=Available',
    '--timeout=20s',
    'apiservice/v1alpha1.wardle.example.com',
    'apiservice/v1beta1.wardle.example.com',
  ]);
}

async function runRecordings(t: Test, { kubectl, prepare }: Scene, minor: number): Promise<void> {
  const served = await prepare();
  for (const step of steps) {
    const recording = recordings.get(step.id);
    const missing = step.needs?.find((resource) => !served.has(resource));
    if (recording === undefined || missing !== undefined) {
      t.pass(step.id, { skip: `${missing} are not served` });
      continue;
    }
    await isReady(kubectl, step);
    const actual = await kubectl.run(argumentsOf(recording), recording.stdin);
    judge(t, step.id, { actual, expected: expectations.of(recording, minor) });
  }
}

async function isReady(kubectl: Kubectl, { id, after }: Step): Promise<void> {
  if (after === undefined) return;
  await eventually(`what ${id} begins with`, async () => after.prints.test((await kubectl.run(after.command)).stdout));
}

/** Makes one assertion of all that a command did. */
function judge(t: Test, id: string, outcome: { actual: KubectlResult; expected: Expected }): void {
  const { actual, expected } = outcome;
  const faults = [
    actual.code === expected.exitCode ? undefined : `ends with ${actual.code}, not ${expected.exitCode}`,
    prefixed('standard output', compareOutput(actual.stdout, expected.stdout)),
    prefixed('standard error', compareOutput(actual.stderr, expected.stderr)),
  ].filter((fault) => fault !== undefined);
  if (faults.length === 0) t.pass(id);
  else fail(t, id, { why: faults.join('; '), gap: expected.gap });
}

/** Fails, unless the failure is known and has a reason. */
function fail(t: Test, id: string, { why, gap }: { why: string; gap: string | undefined }): void {
  if (gap !== undefined) expectations.confirm(gap);
  t.fail(id, { why, ...(gap === undefined ? {} : { todo: gap }) });
}

function prefixed(what: string, fault: string | undefined): string | undefined {
  return fault === undefined ? undefined : `${what} ${fault}`;
}
