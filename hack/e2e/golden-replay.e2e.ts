import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { parse } from 'yaml';
import { ROOT } from '../lib/files.ts';
import { newDataDir, startGateway } from './harness/gateway.ts';
import { loadExchanges } from './replay/exchange.ts';
import type { EverywhereRules } from './replay/normalise.ts';
import { type Outcome, newReplay } from './replay/replay.ts';
import { countAreas, isMatch, keyOf, writeReport } from './replay/report.ts';
import type { Target } from './replay/send.ts';

const GOLDEN = join(ROOT, 'hack/e2e/golden');
const REPORTS = join(ROOT, '.cache/e2e');

const floor = JSON.parse(await readFile(join(ROOT, 'hack/e2e/golden-floor.json'), 'utf8')) as Record<string, number>;
const known = JSON.parse(await readFile(join(ROOT, 'hack/e2e/golden-differences.json'), 'utf8')) as {
  /** What differs in many exchanges, and why. */
  readonly everywhere: EverywhereRules;
  /** Exchange → why it differs. */
  readonly exchanges: Record<string, string>;
};

t.test('the gateway answers as recorded', async (t) => {
  const target = await startRecordedGateway(t);
  const replay = newReplay(target, known.everywhere);
  const areas = ['discovery', 'crud', 'patch', 'apiservice', 'watch', 'delete', 'auth'];
  await judge(t, await replay(loadExchanges(GOLDEN, areas)));
});

/** A gateway that knows the users of the recording. */
async function startRecordedGateway(t: Test): Promise<Target> {
  const folder = await newDataDir(t);
  const file = join(folder, 'tokens.csv');
  const tokens = { admin: 'admin-token', user: 'user-token' };
  await writeFile(file, `${tokens.admin},admin,admin-uid,"system:masters"\n${tokens.user},alice,alice-uid,"dev,qa"\n`, {
    mode: 0o600,
  });
  const { address, kubeconfig } = await startGateway(t, { args: [`--token-auth-file=${file}`] });
  const { clusters } = parse(await readFile(kubeconfig, 'utf8')) as {
    clusters: { cluster: { 'certificate-authority-data': string } }[];
  };
  const ca = Buffer.from(clusters[0]?.cluster['certificate-authority-data'] ?? '', 'base64').toString('utf8');
  return { address, ca, tokens };
}

/** Compares the counts with the floor, area by area, and writes every difference to a page. */
async function judge(t: Test, outcomes: readonly Outcome[]): Promise<void> {
  const { exchanges: reasons } = known;
  await mkdir(REPORTS, { recursive: true });
  const page = join(REPORTS, 'golden.md');
  await writeFile(page, writeReport(outcomes, reasons));
  for (const { area, matched, explained, reordered, total } of countAreas(outcomes, reasons)) {
    const counts = `${matched} of ${total} as recorded (${reordered} in another order), ${explained} differ for a known reason, ${total - matched - explained} do not`;
    t.comment(`${area}: ${counts}`);
    t.ok(
      matched >= (floor[area] ?? 0),
      `${area}: ${counts}; the floor is ${floor[area] ?? 0}, the differences are in ${page}`,
    );
  }
  for (const outcome of outcomes) {
    const [first] = isMatch(outcome) ? [] : outcome.differences;
    const reason = reasons[keyOf(outcome)];
    if (first === undefined && reason !== undefined) {
      t.comment(`${keyOf(outcome)} is as recorded by now; its reason can go`);
    }
    if (first === undefined || reason !== undefined) continue;
    t.comment(`${keyOf(outcome)}: ${first.at}: ${JSON.stringify(first.expected)} → ${JSON.stringify(first.actual)}`);
  }
}
