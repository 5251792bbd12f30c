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

/** How long the recording took at most to come to the next request. */
const settledMs = 3000;

/** Reads again where the recording came late enough to see the condition that a controller writes, and we did not. */
async function ask(
  { request, response }: Exchange,
  sendOnce: () => Promise<RecordedResponse>,
): Promise<RecordedResponse> {
  const deadline = performance.now() + settledMs;
  const isWaiting = (actual: RecordedResponse): boolean =>
    request.method === 'GET' && hasConditions(response) && !hasConditions(actual) && performance.now() < deadline;
  let actual = await sendOnce();
  for (; isWaiting(actual); actual = await sendOnce()) await pause(50);
  return actual;
}

function hasConditions({ body }: RecordedResponse): boolean {
  const { status } = (body.json ?? {}) as { status?: { conditions?: unknown } };
  return Array.isArray(status?.conditions);
}

async function replayOne(target: Target, exchange: Exchange, versions: VersionMap): Promise<RecordedResponse> {
  const form = exchange.response.body.lines === undefined ? 'json' : 'lines';
  const answer = ask(exchange, () => send(target, versions.translate(exchange.request), form));
  for (const request of exchange.during ?? []) {
    // As far apart as when they were recorded.
    await pause(100);
    await send(target, versions.translate({ ...request, as: exchange.request.as }));
  }
  return answer;
}
