/**
 * `npm run bench -- [NAME …] [--rounds N] [--seconds N] [--against CHECKOUT | --peers DIR] [--profile]`: measures, prints tables, and leaves JSON in
 * `.cache/bench`. See hack/bench/README.md.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from '../lib/files.ts';
import { create } from './benches/create.ts';
import { discovery } from './benches/discovery.ts';
import { get } from './benches/get.ts';
import { list } from './benches/list.ts';
import { protobuf } from './benches/protobuf.ts';
import { proxy } from './benches/proxy.ts';
import { rbac } from './benches/rbac.ts';
import { start } from './benches/start.ts';
import { watch } from './benches/watch.ts';
import type { Bench, BenchOptions } from './lib/bench.ts';
import { printProfiles } from './lib/cpu-profile.ts';
import { describeMachine, Report } from './lib/report.ts';
import { Scope } from './lib/scope.ts';

const BENCHES: Readonly<Record<string, Bench>> = { start, get, create, watch, list, protobuf, proxy, rbac, discovery };

const USAGE =
  'npm run bench -- [NAME …] [--rounds N] [--seconds N] [--against CHECKOUT | --peers DIR] [--profile]; see hack/bench/README.md';

const { values, positionals } = readArguments();
if (values.help) {
  console.log(`${USAGE}\n\nbenchmarks (default: all):`);
  printBenches(console.log);
  process.exit(0);
}

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        rounds: { type: 'string', default: '3' },
        seconds: { type: 'string', default: '3' },
        peers: { type: 'string' },
        against: { type: 'string' },
        profile: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
}

function refuse(why: string): never {
  console.error(`${why}\n${USAGE}`);
  process.exit(2);
}

function printBenches(print: (line: string) => void): void {
  for (const [name, { about }] of Object.entries(BENCHES)) print(`  ${name.padEnd(10)} ${about}`);
}

function toCount(flag: string, text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) refuse(`--${flag} takes a number from 1 on, not ${text}`);
  return count;
}

/** Runs one benchmark, and takes down all that it started, whatever happens. */
async function runBench(name: string, bench: Bench, options: BenchOptions): Promise<void> {
  console.log(`\n${name}: ${bench.about}`);
  const scope = new Scope();
  const stop = (): void => void scope.close().then(() => process.exit(130));
  process.once('SIGINT', stop).once('SIGTERM', stop);
  const report = new Report(name, { ...options });
  try {
    await mkdir(join(ROOT, '.cache/bench'), { recursive: true });
    // On the disk of the checkout: the folder for temporary files may be in memory.
    const work = await mkdtemp(join(ROOT, '.cache/bench/work-'));
    scope.defer(() => rm(work, { recursive: true, force: true }));
    const newFolder = (purpose: string): Promise<string> => mkdtemp(join(work, `${purpose}-`));
    await bench.run({ ...options, scope, report, newFolder });
  } finally {
    await scope.close();
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
  console.log(
    `\n${await report.write()}; load average ${loadavg()
      .map((value) => value.toFixed(1))
      .join(' ')}`,
  );
  if (options.profiles !== undefined) await printProfiles(options.profiles);
}

const wanted = positionals.length > 0 ? positionals : Object.keys(BENCHES);
const unknown = wanted.filter((name) => !(name in BENCHES));
if (unknown.length > 0) {
  console.error(`no benchmark is called ${unknown.join(' or ')}; there are:`);
  printBenches(console.error);
  process.exit(2);
}
const machine = await describeMachine();
console.log(
  Object.entries(machine)
    .map(([name, value]) => `${name} ${value}`)
    .join(', '),
);
console.log(
  `load average ${loadavg()
    .map((value) => value.toFixed(1))
    .join(' ')}; medians of ${values.rounds} rounds (best round)`,
);
for (const name of wanted) {
  const bench = BENCHES[name];
  if (bench === undefined) continue;
  await runBench(name, bench, {
    rounds: toCount('rounds', values.rounds),
    seconds: toCount('seconds', values.seconds),
    peers: values.peers === undefined ? undefined : resolve(values.peers),
    against: values.against === undefined ? undefined : resolve(values.against),
    profiles: values.profile ? join(ROOT, '.cache/bench/profiles', `${name}-${Date.now()}`) : undefined,
  });
}
