import { newServiceUnavailable } from '../../apimachinery/errors/constructors.ts';
import { labelsOf } from '../../apiserver/filters/with-metrics.ts';
import type { Handler, RequestContext } from '../../apiserver/request-context.ts';
import type { Delegate } from '../../apiserver/server/api-server.ts';
import type { Aggregator } from '../interface.ts';
import type { BackendMetrics } from '../metrics/backend-metrics.ts';
import type { Transport } from '../proxy/interface.ts';
import type { APIServiceSnapshot } from '../snapshot.ts';
import { carry } from './carry.ts';
import { groupVersionOf } from './request-group-version.ts';

/** What the delegate is made of. */
export interface ProxyDelegateOptions {
  readonly aggregator: Pick<Aggregator, 'lookup' | 'reportOutcome'>;
  /** Evenly distributed in [0, 1): picks which of several addresses is the first to get a request. Default: `Math.random`. */
  readonly random?: () => number;
  /** Default: nothing is counted, and the access log says nothing of backends. */
  readonly metrics?: BackendMetrics;
}

/**
 * The data path of aggregation: carries requests of aggregated group/versions to their services, and leaves every other one alone.
 * Nothing is awaited but the backend (upstream: `handler_proxy.go`).
 */
export function newProxyDelegate({ aggregator, random = Math.random, metrics }: ProxyDelegateOptions): Delegate {
  const pick = newPicker(random);
  return (context) => {
    const snapshot = findRemote(aggregator, context);
    if (snapshot === undefined) return undefined;
    const handler: Handler = async () => {
      const transport = pick(snapshot);
      if (transport === undefined) {
        metrics?.refused(snapshot, { verb: labelsOf(context).verb, code: 503 });
        throw newUnavailable(snapshot);
      }
      const outcome = await carry(context, { snapshot, transport, metrics });
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
 * Picks the transports of a snapshot in turn; `undefined` when it has none. One is used before anything else can run, so it cannot have been closed meanwhile. A
 * service that was not probed yet is tried: its first client may well be faster than its first probe.
 */
function newPicker(random: () => number): (snapshot: APIServiceSnapshot) => Transport | undefined {
  // A snapshot never changes, so whose turn it is stands beside it, and is forgotten with it.
  const turns = new WeakMap<APIServiceSnapshot, number>();
  return (snapshot) => {
    const { transports } = snapshot;
    const [first] = transports;
    if (first === undefined || transports.length === 1) return first;
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
