import { labelsOf } from '../../apiserver/filters/with-metrics.ts';
import type { RequestContext } from '../../apiserver/request-context.ts';
import { isTimeout } from '../availability/failure-kinds.ts';
import { type BackendMetrics, toCause } from '../metrics/backend-metrics.ts';
import { toAddress } from '../proxy/authority.ts';
import { ExchangeTrace } from '../proxy/exchange-trace.ts';
import type { Outcome, Transport } from '../proxy/interface.ts';
import type { APIServiceSnapshot } from '../snapshot.ts';
import { isHurried, limitsOf } from './request-limits.ts';
import type { Route } from './route.ts';

/** How a request goes to its backend. */
export interface Carriage {
  readonly snapshot: APIServiceSnapshot;
  readonly route: Route;
  readonly metrics: BackendMetrics | undefined;
  /** Milliseconds that an ordinary request may take; a minute unless given. */
  readonly requestTimeoutMs?: number | undefined;
}

/** Carries a request to a backend, and counts what it takes. Never rejects. */
export async function carry(context: RequestContext, carriage: Carriage): Promise<Outcome> {
  const { snapshot, route, metrics } = carriage;
  if (metrics === undefined) return send(context, carriage);
  const trace = new ExchangeTrace();
  const tunnel = context.upgrade !== undefined;
  metrics.started(snapshot, tunnel);
  let outcome: Outcome | undefined;
  context.accessFields = () => toAccessFields(carriage, trace, outcome);
  outcome = await send(context, carriage, trace);
  metrics.finished({ snapshot, transport: route.transport, outcome, tunnel, trace, verb: labelsOf(context).verb });
  return outcome;
}

/** Sends a request to one address after the other, until one of them takes it. */
async function send(context: RequestContext, carriage: Carriage, trace?: ExchangeTrace): Promise<Outcome> {
  const { route, requestTimeoutMs } = carriage;
  const sender = newSender(context, requestTimeoutMs, trace);
  for (;;) {
    const outcome = await sender(route.transport, route.hasNext);
    route.ended(toReport(context, outcome));
    if (outcome.kind !== 'not-sent') return outcome;
    if (trace !== undefined) trace.retries++;
    route.advance();
  }
}

/** What is told of the backend: a client that had no time has left, whoever answered it. */
function toReport(context: RequestContext, outcome: Outcome): Outcome {
  const late = outcome.failure?.step === 'http' && isTimeout(outcome.failure);
  return late && isHurried(context) ? { kind: 'client-left', status: outcome.status } : outcome;
}

type Sender = (transport: Transport, handBack: boolean) => Promise<Outcome>;

function newSender(context: RequestContext, requestTimeoutMs: number | undefined, trace?: ExchangeTrace): Sender {
  const traced = trace === undefined ? {} : { trace };
  if (context.upgrade === undefined) {
    const { timeoutMs } = limitsOf(context, requestTimeoutMs);
    let startedAt: number | undefined;
    return (transport, handBack) => {
      const now = performance.now();
      startedAt ??= now;
      // What one address has used up is not there for the next.
      const left = timeoutMs === undefined ? {} : { timeoutMs: Math.max(1, timeoutMs - Math.round(now - startedAt)) };
      return transport.roundTrip(context, { ...left, ...traced, ...(handBack && { handBack }) });
    };
  }
  // The socket is taken only now: as long as an answer of ours is possible, it speaks HTTP.
  const client = context.upgrade.takeSocket();
  return (transport, handBack) => transport.upgrade(context, { ...client, ...traced, ...(handBack && { handBack }) });
}

/** What the access log says of a request that went to a backend. */
function toAccessFields(
  { snapshot, route }: Carriage,
  trace: ExchangeTrace,
  outcome: Outcome | undefined,
): Readonly<Record<string, unknown>> {
  const phases = Object.fromEntries([...trace.phases].map(([phase, ms]) => [phase, Number((ms / 1000).toFixed(6))]));
  const { requestBytes, responseBytes, retries } = trace;
  const cause = outcome === undefined ? '' : toCause(outcome);
  return {
    apiService: snapshot.name,
    backend: toAddress(route.transport.settings),
    ...(cause === '' ? {} : { cause }),
    phases,
    requestBytes,
    responseBytes,
    ...(retries === 0 ? {} : { retries }),
  };
}
