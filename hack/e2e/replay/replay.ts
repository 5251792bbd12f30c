import { setTimeout as pause } from 'node:timers/promises';
import { catchUp } from './catch-up.ts';
import { type Difference, compareResponses } from './compare.ts';
import type { Exchange, RecordedResponse } from './exchange.ts';
import type { EverywhereRules } from './normalise.ts';
import { type Target, send } from './send.ts';
import { VersionMap } from './versions.ts';

/** What came of replaying one exchange. */
export interface Outcome {
  readonly exchange: Exchange;
  readonly differences: readonly Difference[];
}

/** Sends the recorded requests in their order and compares the answers. */
export async function replay(
  target: Target,
  exchanges: readonly Exchange[],
  rules: EverywhereRules,
): Promise<Outcome[]> {
  const versions = new VersionMap();
  const outcomes: Outcome[] = [];
  for (const exchange of exchanges) {
    const actual = await replayOne(target, exchange, versions);
    versions.learn(exchange.response.body, actual.body);
    outcomes.push({ exchange, differences: compareResponses(exchange.response, actual, rules) });
    const caughtUp = await catchUp(target, exchange, actual);
    versions.learn(exchange.response.body, caughtUp);
  }
  return outcomes;
}

async function replayOne(target: Target, exchange: Exchange, versions: VersionMap): Promise<RecordedResponse> {
  const form = exchange.response.body.lines === undefined ? 'json' : 'lines';
  const answer = send(target, versions.translate(exchange.request), form);
  for (const request of exchange.during ?? []) {
    // As far apart as when they were recorded.
    await pause(100);
    await send(target, versions.translate({ ...request, as: exchange.request.as }));
  }
  return answer;
}
