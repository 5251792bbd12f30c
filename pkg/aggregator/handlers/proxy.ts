import { newServiceUnavailable } from '../../apimachinery/errors/constructors.ts';
import type { Handler, RequestContext } from '../../apiserver/request-context.ts';
import type { Delegate } from '../../apiserver/server/api-server.ts';
import type { Aggregator } from '../interface.ts';
import type { Transport } from '../proxy/interface.ts';
import type { APIServiceSnapshot } from '../snapshot.ts';
import { groupVersionOf } from './request-group-version.ts';
import { limitsOf } from './request-limits.ts';

/** What the delegate is made of. */
export interface ProxyDelegateOptions {
  readonly aggregator: Pick<Aggregator, 'lookup' | 'reportOutcome'>;
  /** Evenly distributed in [0, 1): picks one of several addresses. Default: `Math.random`. */
  readonly random?: () => number;
}

/**
 * The data path of aggregation: carries requests of aggregated group/versions to their services, and leaves every other one alone.
 * Nothing is awaited but the backend (upstream: `handler_proxy.go`).
 */
export function newProxyDelegate({ aggregator, random = Math.random }: ProxyDelegateOptions): Delegate {
  return (context) => {
    const snapshot = findRemote(aggregator, context);
    if (snapshot === undefined) return undefined;
    const handler: Handler = async () => {
      const transport = pickTransport(snapshot, random);
      // The socket is taken only now: as long as an answer of ours is possible, it speaks HTTP.
      const outcome =
        context.upgrade === undefined
          ? await transport.roundTrip(context, limitsOf(context))
          : await transport.upgrade(context, context.upgrade.takeSocket());
      aggregator.reportOutcome({ snapshot, transport, outcome });
    };
    return handler;
  };
}

function findRemote(
  aggregator: ProxyDelegateOptions['aggregator'],
  context: RequestContext,
): APIServiceSnapshot | undefined {
  const gv = groupVersionOf(context);
  if (gv === undefined) return undefined;
  const snapshot = aggregator.lookup(gv);
  return snapshot?.service === undefined ? undefined : snapshot;
}

/**
 * A transport of the snapshot. It is used before anything else can run, so it cannot have been closed meanwhile. A service that
 * was not probed yet is tried: its first client may well be faster than its first probe.
 */
function pickTransport(snapshot: APIServiceSnapshot, random: () => number): Transport {
  const { transports } = snapshot;
  const transport = transports[Math.floor(random() * transports.length)];
  if (transport === undefined) throw newUnavailable(snapshot);
  return transport;
}

/** No Retry-After: clients would repeat the request again and again without a word to the person who waits. */
function newUnavailable({ name, availability }: APIServiceSnapshot): Error {
  const { reason, message, since } = availability;
  return newServiceUnavailable(`APIService ${name} is unavailable since ${since} (${reason}): ${message}`);
}
