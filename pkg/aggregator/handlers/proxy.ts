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
  /** Evenly distributed in [0, 1): picks which of several addresses is the first to get a request. Default: `Math.random`. */
  readonly random?: () => number;
}

/**
 * The data path of aggregation: carries requests of aggregated group/versions to their services, and leaves every other one alone.
 * Nothing is awaited but the backend (upstream: `handler_proxy.go`).
 */
export function newProxyDelegate({ aggregator, random = Math.random }: ProxyDelegateOptions): Delegate {
  const pick = newPicker(random);
  return (context) => {
    const snapshot = findRemote(aggregator, context);
    if (snapshot === undefined) return undefined;
    const handler: Handler = async () => {
      const transport = pick(snapshot);
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
 * Picks the transports of a snapshot in turn. One is used before anything else can run, so it cannot have been closed meanwhile. A
 * service that was not probed yet is tried: its first client may well be faster than its first probe.
 */
function newPicker(random: () => number): (snapshot: APIServiceSnapshot) => Transport {
  // A snapshot never changes, so whose turn it is stands beside it, and is forgotten with it.
  const turns = new WeakMap<APIServiceSnapshot, number>();
  return (snapshot) => {
    const { transports } = snapshot;
    const [first] = transports;
    if (first === undefined) throw newUnavailable(snapshot);
    if (transports.length === 1) return first;
    // Where it begins is left to chance: otherwise each change of a snapshot would favour the first address.
    const turn = turns.get(snapshot) ?? Math.floor(random() * transports.length);
    turns.set(snapshot, (turn + 1) % transports.length);
    return transports[turn] ?? first;
  };
}

/** No Retry-After: clients would repeat the request again and again without a word to the person who waits. */
function newUnavailable({ name, availability }: APIServiceSnapshot): Error {
  const { reason, message, since } = availability;
  return newServiceUnavailable(`APIService ${name} is unavailable since ${since} (${reason}): ${message}`);
}
