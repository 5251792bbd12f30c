import t, { type Test } from 'tap';
import {
  aggregated,
  aggregatedType,
  type DocumentsFixture,
  gadgets,
  type Routes,
  startDocuments,
} from '../testing/documents-fixture.ts';
import { type Behaviour, refused } from '../testing/fake-transport.ts';

const name = 'v1.a.example';

async function start(t: Test, routes: Routes): Promise<DocumentsFixture> {
  const fixture = await startDocuments(t, routes);
  await fixture.register({ name, host: 'a.test', port: 1 });
  await fixture.clock.advance(1000);
  return fixture;
}

/** Status writes from here on. */
function countWrites({ statusWrites }: DocumentsFixture): () => number {
  const before = statusWrites.length;
  return () => statusWrites.length - before;
}

async function messageOf({ apiServices }: DocumentsFixture, what: 'Discovery' | 'OpenAPI'): Promise<string> {
  const { status } = await apiServices.get({ namespace: '', name });
  const found = status?.conditions?.find(({ type }) => type === `tributary.${what}Current`);
  return `${found?.status} ${found?.reason}: ${found?.message}`;
}

t.test('conditions tell when documents were last read, and are written for that every ten minutes', async (t) => {
  const fixture = await start(t, { '/apis': aggregated([gadgets]) });
  const { clock } = fixture;
  const writes = countWrites(fixture);
  t.match(
    await messageOf(fixture, 'Discovery'),
    /^True Read: 1 resource discovered; hash [0-9A-F]{16}; last read at 2026-01-01T00:00:00Z within 0 ms$/,
  );
  t.match(await messageOf(fixture, 'OpenAPI'), /^False Absent: .*; last read at 2026-01-01T00:00:00Z$/);
  await clock.advance(3_600_000);
  t.ok(writes() >= 4 && writes() <= 6, `${writes()} writes within an hour`);
  t.match(await messageOf(fixture, 'Discovery'), /last read at 2026-01-01T0(0:5|1:0)\d:00Z/);
  t.match(await messageOf(fixture, 'OpenAPI'), /last read at 2026-01-01T0(0:5|1:0)\d:00Z/);
});

t.test('what is there now is told at once, and much slower reads within a minute', async (t) => {
  const fixture = await start(t, { '/apis': aggregated([gadgets]) });
  const { clock } = fixture;
  const writes = countWrites(fixture);
  const before = await messageOf(fixture, 'Discovery');
  fixture.routes = { '/apis': aggregated([{ ...gadgets, verbs: ['list'] }]) };
  await clock.advance(61_000);
  const hashOf = (message: string): string => /hash (\w+)/.exec(message)?.[1] ?? '';
  t.not(hashOf(await messageOf(fixture, 'Discovery')), hashOf(before), 'another document of the same size');
  t.equal(writes(), 1);
  fixture.routes = { '/apis': { ...aggregated([{ ...gadgets, verbs: ['list'] }]), afterMs: 400 } };
  await clock.advance(130_000);
  t.match(await messageOf(fixture, 'Discovery'), /within 400 ms$/);
  t.equal(writes(), 2);
  fixture.routes = { '/apis': { ...aggregated([{ ...gadgets, verbs: ['list'] }]), afterMs: 500 } };
  await clock.advance(130_000);
  t.equal(writes(), 2, 'a little slower is no news');
});

t.test(
  'one read that fails changes nothing, two are told, with their time and that of the last good one',
  async (t) => {
    const well: Routes = { '/apis': aggregated([gadgets]) };
    const fixture = await start(t, well);
    const { clock, discovery } = fixture;
    const writes = countWrites(fixture);
    const broken: Behaviour = { answer: { status: 500 } };
    let failures = 1;
    const once = (): Behaviour => (failures-- > 0 ? refused : aggregated([gadgets]));
    fixture.routes = { '/apis': once };
    await clock.advance(70_000);
    t.ok(failures < 0);
    t.equal(discovery.get(name)?.discovery.freshness, 'Current');
    t.equal(writes(), 0);
    fixture.routes = { '/apis': refused, '/openapi/v3': broken };
    await clock.advance(70_000);
    t.match(discovery.get(name), { discovery: { freshness: 'Stale' }, staleSince: /^2026-01-01T00:02:0\dZ$/ });
    t.match(
      await messageOf(fixture, 'Discovery'),
      /^False Stale: discovery cannot be read since 2026-01-01T00:02:0\dZ \(.*\); 1 resource last known are shown as Stale; hash \w+; last read at 2026-01-01T00:01:\d\dZ within/,
    );
    t.match(
      await messageOf(fixture, 'OpenAPI'),
      /^False Stale: the documents cannot be read since 2026-01-01T00:02:0\dZ \(.*500\); last known: .*; last read at 2026-01-01T00:01:\d\dZ$/,
    );
    t.match(fixture.aggregator.describe(), [
      {
        documents: {
          discovery: { freshness: 'Stale', staleSince: /^2026-01-01T00:02/, lastRead: /^2026-01-01T00:01/ },
          openapi: { problem: /500/ },
        },
      },
    ]);
    fixture.routes = well;
    await clock.advance(10_000);
    t.match(await messageOf(fixture, 'Discovery'), /^True Read/);
    t.match(await messageOf(fixture, 'OpenAPI'), /^False Absent/);
    t.notOk('staleSince' in (discovery.get(name) ?? {}));
  },
);

t.test('a service that gives another reason each time is not written down each time', async (t) => {
  let turn = 0;
  const nonsense = (): Behaviour => ({
    answer: { status: 200, headers: { 'content-type': aggregatedType }, body: `nonsense ${turn++}` },
  });
  const fixture = await start(t, { '/apis': aggregated([gadgets]) });
  fixture.routes = { '/apis': nonsense };
  const writes = countWrites(fixture);
  await fixture.clock.advance(120_000);
  t.ok(turn > 10);
  t.match(await messageOf(fixture, 'Discovery'), /nonsense/);
  t.ok(writes() <= 7, `${writes()} writes within a minute`);
});

t.test('a service that is gone is told with its time', async (t) => {
  const fixture = await start(t, { '/apis': aggregated([gadgets]) });
  fixture.routes = { '/apis/a.example/v1': refused, '/apis': refused };
  await fixture.clock.advance(2000);
  const since = fixture.aggregator.list()[0]?.availability.since ?? '';
  t.match(
    await messageOf(fixture, 'Discovery'),
    `False Stale: the service is not available since ${since}; 1 resource last known are shown as Stale; hash `,
  );
  t.match(
    await messageOf(fixture, 'OpenAPI'),
    `False Stale: the service is not available since ${since}; last known: `,
  );
  t.equal(fixture.discovery.get(name)?.staleSince, since);
});
