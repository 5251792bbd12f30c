import { newServiceUnavailable } from '../../apimachinery/errors/constructors.ts';
import { labelsOf } from '../../apiserver/filters/with-metrics.ts';
import type { Handler, RequestContext } from '../../apiserver/request-context.ts';
import type { Delegate } from '../../apiserver/server/api-server.ts';
import { type Clock, systemClock } from '../../component/id/clock.ts';
import type { Aggregator } from '../interface.ts';
import { type BackendMetrics, unavailableCause } from '../metrics/backend-metrics.ts';
import type { APIServiceSnapshot } from '../snapshot.ts';
import { newBalancer } from './balancer.ts';
import { carry } from './carry.ts';
import { groupVersionOf } from './request-group-version.ts';
import { newRoute } from './route.ts';

/** What the delegate is made of. */
export interface ProxyDelegateOptions {
  readonly aggregator: Pick<Aggregator, 'lookup' | 'reportOutcome' | 'subscribe'>;
  /** Evenly distributed in [0, 1): draws the addresses that a request may go to. Default: `Math.random`. */
  readonly random?: () => number;
  /** By which addresses begin slowly. Default: the system's. */
  readonly clock?: Clock;
  /** Default: nothing is counted, and the access log says nothing of backends. */
  readonly metrics?: BackendMetrics;
  /** How long an ordinary request may wait for its answer, in milliseconds; discovery never more than 5 seconds. Default: a minute. */
  readonly requestTimeoutMs?: number;
}

/**
 * The data path of aggregation: carries requests of aggregated group/versions to their services, and leaves every other one alone.
 * Nothing is awaited but the backend (upstream: `handler_proxy.go`).
 */
export function newProxyDelegate(options: ProxyDelegateOptions): Delegate {
  const { aggregator, random = Math.random, clock = systemClock, metrics, requestTimeoutMs } = options;
  const balancer = newBalancer({ random, clock });
  aggregator.subscribe((change) => balancer.observe(change));
  return (context) => {
    const snapshot = findRemote(aggregator, context);
    if (snapshot === undefined) return undefined;
    const handler: Handler = async () => {
      const route = newRoute(snapshot, { context, balancer, aggregator });
      if (route === undefined) {
        metrics?.refused(snapshot, { verb: labelsOf(context).verb, code: 503 });
        context.accessFields = () => ({ apiService: snapshot.name, cause: unavailableCause });
        throw newUnavailable(snapshot);
      }
      await carry(context, { snapshot, route, metrics, requestTimeoutMs });
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

/** No Retry-After: clients would repeat the request again and again without a word to the person who waits. */
function newUnavailable({ name, availability }: APIServiceSnapshot): Error {
  const { reason, message, since } = availability;
  return newServiceUnavailable(`APIService ${name} is unavailable since ${since} (${reason}): ${message}`);
}
