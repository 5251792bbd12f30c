import { newServiceUnavailable } from '../../apimachinery/errors/constructors.ts';
import type { Handler, RequestContext } from '../../apiserver/request-context.ts';
import type { Aggregator } from '../interface.ts';
import type { Transport, UpgradeRequest } from '../proxy/interface.ts';
import type { APIServiceSnapshot } from '../snapshot.ts';
import { groupVersionOf } from './request-group-version.ts';
import { limitsOf } from './request-limits.ts';

/** Answers a request with `Connection: Upgrade`, or throws a `StatusError` while the socket still speaks HTTP. */
export type UpgradeHandler = (context: RequestContext, upgrade: UpgradeRequest) => Promise<void>;

/** Carries requests of aggregated group/versions to their services; every other request goes to the delegate. */
export interface ProxyHandler {
  readonly serve: Handler;
  readonly upgrade: UpgradeHandler;
}

/** What the handler is made of. */
export interface ProxyHandlerOptions {
  readonly aggregator: Pick<Aggregator, 'lookup' | 'reportOutcome'>;
  /** Serves everything that no service does. */
  readonly delegate: Handler;
  /** Same for upgrades. */
  readonly delegateUpgrade: UpgradeHandler;
  /** Evenly distributed in [0, 1): picks one of several addresses. Default: `Math.random`. */
  readonly random?: () => number;
}

/**
 * The group by which services register. An APIService may name any group/version; if it could take this one away, nobody could
 * take it back.
 */
const ownGroup = 'apiregistration.k8s.io';

/** The data path of aggregation. Nothing is awaited but the backend (upstream: `handler_proxy.go`). */
export function newProxyHandler(options: ProxyHandlerOptions): ProxyHandler {
  const { aggregator, random = Math.random } = options;
  return {
    async serve(context) {
      const snapshot = findRemote(aggregator, context);
      if (snapshot === undefined) return options.delegate(context);
      const transport = pickTransport(snapshot, random);
      const outcome = await transport.roundTrip(context, limitsOf(context));
      aggregator.reportOutcome({ snapshot, transport, outcome });
    },
    async upgrade(context, upgrade) {
      const snapshot = findRemote(aggregator, context);
      if (snapshot === undefined) return options.delegateUpgrade(context, upgrade);
      const transport = pickTransport(snapshot, random);
      const outcome = await transport.upgrade(context, upgrade);
      aggregator.reportOutcome({ snapshot, transport, outcome });
    },
  };
}

function findRemote(
  aggregator: ProxyHandlerOptions['aggregator'],
  context: RequestContext,
): APIServiceSnapshot | undefined {
  const gv = groupVersionOf(context);
  if (gv === undefined || gv.group === ownGroup) return undefined;
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
