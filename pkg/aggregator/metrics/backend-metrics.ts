import type { GroupVersion } from '../../apimachinery/schema/group-version.ts';
import type { MetricsRegistry } from '../../component/metrics/interface.ts';
import type { Exchange } from '../interface.ts';
import type { ExchangeTrace } from '../proxy/exchange-trace.ts';
import type { Outcome } from '../proxy/interface.ts';
import type { APIServiceSnapshot } from '../snapshot.ts';

/** What is counted of the requests that are carried to backends. */
export interface BackendMetrics {
  /** A request sets out; to be followed by `finished` or `refused`. */
  started(snapshot: APIServiceSnapshot, tunnel: boolean): void;
  /** It has ended. */
  finished(exchange: MeasuredExchange): void;
  /** A request that was not sent anywhere, because its service is known to be unavailable. */
  refused(snapshot: APIServiceSnapshot, request: { readonly verb: string; readonly code: number }): void;
  /** The group/version is not aggregated any more: what was counted of it goes, once its last request has ended. */
  forget(gv: GroupVersion): void;
}

/** An exchange and what it took. */
export interface MeasuredExchange extends Exchange {
  /** By the rules of `apiserver_request_total`. */
  readonly verb: string;
  readonly tunnel: boolean;
  readonly trace: ExchangeTrace;
}

/** In seconds: from a service on the same machine to one that takes all the time that it is given. */
const phaseBuckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** Why a request was refused without a question to its backend. */
export const unavailableCause = 'unavailable';

const place = ['group', 'version'] as const;

/** How requests ended, as labels. */
interface Result {
  readonly verb: string;
  readonly code: string;
  readonly cause: string;
}

/** What there is of one group/version. */
interface Place {
  readonly labels: GroupVersion;
  requests: number;
  tunnels: number;
  /** To be forgotten. */
  gone: boolean;
  readonly results: Map<string, Result>;
  readonly phases: Set<string>;
}

/** Adds the metrics of the data path to a registry. kube-aggregator has none of them. */
export function newBackendMetrics(registry: MetricsRegistry): BackendMetrics {
  const requests = registry.counter({
    name: 'tributary_backend_requests_total',
    help: 'Number of requests for aggregated group/versions, by verb, status code (0: none was sent) and cause; no cause: the backend answered.',
    labelNames: [...place, 'verb', 'code', 'cause'],
  });
  const phases = registry.histogram({
    name: 'tributary_backend_request_phase_seconds',
    help: 'Time that requests to backends took, by phase: queue, connect, tls, first-byte, body.',
    labelNames: [...place, 'phase'],
    buckets: phaseBuckets,
  });
  const places = new Map<string, Place>();
  registry.gauge({
    name: 'tributary_backend_inflight_requests',
    help: 'Number of requests at backends now, without tunnels.',
    labelNames: place,
    collectsAll: true,
    collect: (target) => places.forEach(({ labels, requests: count }) => target.set(labels, count)),
  });
  registry.gauge({
    name: 'tributary_backend_tunnels',
    help: 'Number of tunnels to backends now: upgraded connections, and those about to be.',
    labelNames: place,
    collectsAll: true,
    collect: (target) => places.forEach(({ labels, tunnels }) => target.set(labels, tunnels)),
  });
  const bytes = registry.counter({
    name: 'tributary_backend_bytes_total',
    help: 'Bytes of bodies and tunnels, by direction: request, response.',
    labelNames: [...place, 'direction'],
  });
  const retries = registry.counter({
    name: 'tributary_backend_retries_total',
    help: 'Number of times that a request was sent to a backend again.',
    labelNames: place,
  });
  const open = ({ group, version }: GroupVersion): Place => {
    const key = `${group}/${version}`;
    const known = places.get(key) ?? newPlace({ group, version });
    places.set(key, known);
    return known;
  };
  const count = (at: Place, result: Result): void => {
    const { verb, code, cause } = result;
    at.results.set(`${verb} ${code} ${cause}`, result);
    requests.inc({ ...at.labels, ...result });
  };
  const close = ({ labels, results, phases: seen }: Place): void => {
    for (const result of results.values()) requests.remove({ ...labels, ...result });
    for (const phase of seen) phases.remove({ ...labels, phase });
    for (const direction of ['request', 'response']) bytes.remove({ ...labels, direction });
    retries.remove(labels);
    places.delete(`${labels.group}/${labels.version}`);
  };
  const closeIfGone = (at: Place): void => {
    if (at.gone && at.requests + at.tunnels === 0) close(at);
  };
  return {
    started(snapshot, tunnel) {
      const at = open(snapshot);
      at.gone = false;
      if (tunnel) at.tunnels++;
      else at.requests++;
    },
    finished({ snapshot, outcome, verb, tunnel, trace }) {
      const at = open(snapshot);
      const { labels } = at;
      if (tunnel) at.tunnels--;
      else at.requests--;
      count(at, { verb, code: String(outcome.status), cause: toCause(outcome) });
      for (const [phase, ms] of trace.phases) {
        at.phases.add(phase);
        phases.observe({ ...labels, phase }, ms / 1000);
      }
      bytes.inc({ ...labels, direction: 'request' }, trace.requestBytes);
      bytes.inc({ ...labels, direction: 'response' }, trace.responseBytes);
      retries.inc(labels, trace.retries);
      closeIfGone(at);
    },
    refused: (snapshot, { verb, code }) => count(open(snapshot), { verb, code: String(code), cause: unavailableCause }),
    forget({ group, version }) {
      const at = places.get(`${group}/${version}`);
      if (at === undefined) return;
      at.gone = true;
      closeIfGone(at);
    },
  };
}

function newPlace(labels: GroupVersion): Place {
  return { labels, requests: 0, tunnels: 0, gone: false, results: new Map(), phases: new Set() };
}

/** Why an exchange did not end as it should: `client-left`, or step and code of the failure; empty when it did. */
export function toCause({ kind, failure }: Outcome): string {
  if (failure !== undefined) return `${failure.step}/${failure.code}`;
  return kind === 'client-left' ? kind : '';
}
