import { labelsOf } from '../../apiserver/filters/with-metrics.ts';
import type { RequestContext } from '../../apiserver/request-context.ts';
import { type BackendMetrics, toCause } from '../metrics/backend-metrics.ts';
import { toAddress } from '../proxy/authority.ts';
import { ExchangeTrace } from '../proxy/exchange-trace.ts';
import type { Outcome, Transport } from '../proxy/interface.ts';
import type { APIServiceSnapshot } from '../snapshot.ts';
import { limitsOf } from './request-limits.ts';

/** How a request goes to its backend. */
export interface Carriage {
  readonly snapshot: APIServiceSnapshot;
  readonly transport: Transport;
  readonly metrics: BackendMetrics | undefined;
}

/** Carries a request to a backend, and counts what it takes. Never rejects. */
export async function carry(context: RequestContext, carriage: Carriage): Promise<Outcome> {
  const { snapshot, transport, metrics } = carriage;
  if (metrics === undefined) return send(context, transport);
  const trace = new ExchangeTrace();
  const tunnel = context.upgrade !== undefined;
  metrics.started(snapshot, tunnel);
  let outcome: Outcome | undefined;
  context.accessFields = () => toAccessFields(carriage, trace, outcome);
  outcome = await send(context, transport, trace);
  metrics.finished({ snapshot, transport, outcome, tunnel, trace, verb: labelsOf(context).verb });
  return outcome;
}

/** The socket is taken only now: as long as an answer of ours is possible, it speaks HTTP. */
function send(context: RequestContext, transport: Transport, trace?: ExchangeTrace): Promise<Outcome> {
  const traced = trace === undefined ? {} : { trace };
  if (context.upgrade === undefined) return transport.roundTrip(context, { ...limitsOf(context), ...traced });
  const client = context.upgrade.takeSocket();
  return transport.upgrade(context, trace === undefined ? client : { ...client, ...traced });
}

/** What the access log says of a request that went to a backend. */
function toAccessFields(
  { snapshot, transport }: Carriage,
  trace: ExchangeTrace,
  outcome: Outcome | undefined,
): Readonly<Record<string, unknown>> {
  const phases = Object.fromEntries([...trace.phases].map(([phase, ms]) => [phase, Number((ms / 1000).toFixed(6))]));
  const { requestBytes, responseBytes, retries } = trace;
  const cause = outcome === undefined ? '' : toCause(outcome);
  return {
    apiService: snapshot.name,
    backend: toAddress(transport.settings),
    ...(cause === '' ? {} : { cause }),
    phases,
    requestBytes,
    responseBytes,
    ...(retries === 0 ? {} : { retries }),
  };
}
