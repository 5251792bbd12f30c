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

/** Sends recorded requests in their order and compares the answers; may be called again with those that follow. */
export type Replay = (exchanges: readonly Exchange[]) => Promise<Outcome[]>;

/** Begins a replay against a fresh server. */
export function newReplay(target: Target, rules: EverywhereRules): Replay {
  const versions = new VersionMap();
  return async (exchanges) => {
    const outcomes: Outcome[] = [];
    for (const exchange of exchanges) {
      const actual = await replayOne(target, exchange, versions);
      versions.learn(exchange.response.body, actual.body);
      outcomes.push({ exchange, differences: compareResponses(exchange.response, actual, rules) });
      versions.learn(exchange.response.body, await catchUp(target, exchange, actual));
    }
    return outcomes;
  };
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
