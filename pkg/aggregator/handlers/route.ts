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
  readonly balancer: Balancer;
  readonly aggregator: Pick<Aggregator, 'reportOutcome'>;
}

/**
 * Attempts for one request, where there are several addresses: a connection that is refused costs a round trip, one into a black
 * hole three seconds. Of two that are restarted one after the other, the first may be there again when the second is not any more.
 */
const maxAttempts = 3;

/** Begins a route at the best address; `undefined` when the service has none. */
export function newRoute(snapshot: APIServiceSnapshot, { balancer, aggregator }: RouteOptions): Route | undefined {
  const { transports } = snapshot;
  const first = balancer.take(transports);
  if (first === undefined) return undefined;
  let transport = first;
  // Most requests need one address only.
  let tried: Set<Transport> | undefined;
  let attempts = 1;
  return {
    get transport() {
      return transport;
    },
    get hasNext() {
      return transports.length > 1 && attempts < maxAttempts;
    },
    advance() {
      attempts++;
      tried = (tried ?? new Set()).add(transport);
      transport = balancer.take(transports, tried) ?? balancer.take(transports, new Set([transport])) ?? transport;
    },
    ended(outcome) {
      balancer.done(transport);
      aggregator.reportOutcome({ snapshot, transport, outcome });
    },
  };
}
