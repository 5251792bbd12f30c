import { isLongRunning } from '../../apiserver/endpoints/long-running.ts';
import type { RequestContext } from '../../apiserver/request-context.ts';
import type { Trial } from '../availability/trials.ts';
import type { Aggregator } from '../interface.ts';
import type { Outcome, Transport } from '../proxy/interface.ts';
import type { APIServiceSnapshot } from '../snapshot.ts';
import type { Balancer } from './balancer.ts';

/** The addresses that one request may go to, in the order in which they are tried. */
export interface Route {
  /** The address to send it to now. */
  readonly transport: Transport;
  /** Whether there is another one to go to, should nothing come of this one. */
  readonly hasNext: boolean;
  /** Takes the next address, which there must be. */
  advance(): void;
  /** The request has ended at the address, or never got there. */
  ended(outcome: Outcome): void;
}

/** What a route is chosen by. */
export interface RouteOptions {
  readonly context: RequestContext;
  readonly balancer: Balancer;
  readonly aggregator: Pick<Aggregator, 'reportOutcome'>;
}

/**
 * Attempts for one request, where there are several addresses: a connection that is refused costs a round trip, one into a black
 * hole three seconds. Of two that are restarted one after the other, the first may be there again when the second is not any more.
 */
const maxAttempts = 3;

/** Begins a route at the best address, or at one that has to prove itself; `undefined` when the service has none. */
export function newRoute(snapshot: APIServiceSnapshot, options: RouteOptions): Route | undefined {
  const { balancer, aggregator } = options;
  const { transports, lastResorts = [] } = snapshot;
  const tried = snapshot.trials === undefined ? undefined : beginTrial(snapshot, options.context);
  let trial = tried?.trial;
  const first = balancer.take(tried === undefined ? transports : [tried.transport]) ?? balancer.take(lastResorts);
  if (first === undefined) return undefined;
  const ways = lastResorts.length === 0 ? transports : [...transports, ...lastResorts];
  let transport = first;
  // Most requests need one address only.
  let failed: Set<Transport> | undefined;
  let attempts = 1;
  return {
    get transport() {
      return transport;
    },
    get hasNext() {
      return attempts < maxAttempts && ways.some((each) => each !== transport);
    },
    advance() {
      attempts++;
      failed = (failed ?? new Set()).add(transport);
      transport =
        balancer.take(transports, failed) ??
        balancer.take(lastResorts, failed) ??
        balancer.take(ways, new Set([transport])) ??
        transport;
      trial = undefined;
    },
    ended(outcome) {
      balancer.done(transport);
      aggregator.reportOutcome({ snapshot, transport, outcome, trial });
    },
  };
}

/** Where there are other addresses, only what could go to one of them is put at risk. */
function beginTrial(
  { transports, trials = [] }: APIServiceSnapshot,
  context: RequestContext,
): { readonly transport: Transport; readonly trial: Trial } | undefined {
  const { method, upgrade } = context;
  const repeatable = upgrade === undefined && (method === 'GET' || method === 'HEAD');
  if (transports.length > 0 && !repeatable) return undefined;
  const limited = upgrade === undefined && !isLongRunning(context);
  for (const way of trials) {
    const trial = way.begin(limited);
    if (trial !== undefined) return { transport: way.transport, trial };
  }
  return undefined;
}
