/**
 * Opens many watches, makes events, and tells when they arrived. Prints `{"standing":…}` when all watches stand; then, after a line
 * on standard input, makes the events and prints the result.
 *
 * Usage: node watchers.ts PLAN, where PLAN is a `WatchPlan` as JSON.
 */
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { API } from '../lib/api.ts';
import { openHTTP1Watches, openHTTP2Watches } from './open-watches.ts';
import { WatchTally } from './watch-tally.ts';

/** What to do. */
export interface WatchPlan {
  readonly address: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Collection that is watched, and in which objects are made. */
  readonly path: string;
  /** The object to make, as JSON, with NAME in place of its name. */
  readonly template: string;
  readonly watchers: number;
  /** Watches that share a connection; 0 stands for HTTP/1.1, where none can. */
  readonly streams: number;
  readonly events: number;
  readonly eventsPerSecond: number;
}

const plan = JSON.parse(process.argv[2] ?? '{}') as WatchPlan;
const { watchers, events, path } = plan;
const api = new API(plan.address, plan.headers);
const list = await api.json<{ metadata?: { resourceVersion?: string } }>(`${path}?limit=1`);
const revision = list.metadata?.resourceVersion ?? '0';
const target = `${path}?watch=1&allowWatchBookmarks=true&resourceVersion=${revision}`;
const tally = new WatchTally(watchers, events);
const open = plan.streams === 0 ? openHTTP1Watches : openHTTP2Watches;
const started = performance.now();
const ended = await open({ ...plan, target, port: Number(new URL(plan.address).port), tally });
console.log(JSON.stringify({ standing: watchers, standingMs: performance.now() - started }));

await once(createInterface({ input: process.stdin }), 'line');
const begin = performance.now();
const acknowledged: Promise<unknown>[] = [];
for (let event = 0; event < events; event++) {
  await pause(Math.max(0, begin + (event * 1000) / plan.eventsPerSecond - performance.now()));
  const body = JSON.parse(plan.template.replace('NAME', `${tally.send()}${process.pid}`)) as object;
  acknowledged.push(api.json(path, { method: 'POST', body }));
}
await Promise.all(acknowledged);
const deadline = performance.now() + 60_000;
while (tally.delivered < watchers * events && performance.now() < deadline) await pause(20);
console.log(JSON.stringify({ ...tally.result(), tookMs: performance.now() - begin, ended: ended.count }));
process.exit(0);
