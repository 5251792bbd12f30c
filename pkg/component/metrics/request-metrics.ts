import type { EmitSample, MetricFamily } from './family.ts';
import { emitBuckets, observe } from './histogram.ts';
import type { MetricsRegistry, RequestMetrics } from './interface.ts';
import {
  countCode,
  durationBounds,
  newRequestSeriesSet,
  type RequestSeries,
  type RequestSeriesSet,
  sizeBounds,
  toCodeLabel,
} from './request-series.ts';
import { newWatchEventMetrics } from './watch-event-metrics.ts';

/** Adds the request metrics to a registry (Go: apiserver `pkg/endpoints/metrics`). */
export function newRequestMetrics(
  registry: MetricsRegistry,
  addFamily: (family: MetricFamily) => void,
): RequestMetrics {
  const series = newRequestSeriesSet();
  for (const family of newRequestFamilies(series)) addFamily(family);
  const watchEvents = newWatchEventMetrics();
  for (const family of watchEvents.families) addFamily(family);
  const inflight = registry.gauge({
    name: 'apiserver_current_inflight_requests',
    help: 'Number of requests that are being served, by kind.',
    labelNames: ['request_kind'],
  });
  const handshakeErrors = registry.counter({
    name: 'apiserver_tls_handshake_errors_total',
    help: 'Number of TLS handshakes that failed.',
    labelNames: [],
  });

  return {
    finished(labels, result) {
      const entry = series.at(labels);
      countCode(entry.codes, result.code);
      observe(entry.durations, durationBounds, result.seconds);
      if (!entry.isDryRun) observe(entry.sliDurations, durationBounds, result.sliSeconds ?? result.seconds);
      if (entry.responseSizes !== undefined && result.responseBytes !== undefined) {
        observe(entry.responseSizes, sizeBounds, result.responseBytes);
      }
    },
    longRunning(labels) {
      const entry = series.at(labels);
      entry.longRunning = (entry.longRunning ?? 0) + 1;
      let open = true;
      return () => {
        if (open) entry.longRunning = (entry.longRunning ?? 1) - 1;
        open = false;
      };
    },
    terminated: (labels, code) => countCode(series.at(labels).terminations, code),
    aborted(labels) {
      series.at(labels).aborts++;
    },
    inflight: (kind, count) => inflight.set({ request_kind: kind }, count),
    watchEvents: (resource) => watchEvents.of(resource),
    tlsHandshakeError: () => handshakeErrors.inc({}),
  };
}

type FamilyBase = Pick<MetricFamily, 'name' | 'help' | 'type'>;

function newRequestFamilies(set: RequestSeriesSet): readonly MetricFamily[] {
  const family = (base: FamilyBase, show: (series: RequestSeries, emit: EmitSample) => void): MetricFamily => ({
    ...base,
    samples(emit) {
      for (const series of set.values()) show(series, emit);
    },
  });
  return [
    family(
      {
        name: 'apiserver_request_total',
        type: 'counter',
        help: 'Number of requests, by verb, resource and status code.',
      },
      ({ codes, labels }, emit) => codes.forEach((count, code) => emit('', `${labels},${toCodeLabel(code)}`, count)),
    ),
    family(
      {
        name: 'apiserver_request_duration_seconds',
        type: 'histogram',
        help: 'Time from the arrival of a request to its end.',
      },
      ({ durations, labels, codes }, emit) => {
        if (codes.size > 0) emitBuckets(durations, { bounds: durationBounds, labels, emit });
      },
    ),
    family(
      {
        name: 'apiserver_request_sli_duration_seconds',
        type: 'histogram',
        help: 'Time from the arrival of a request to its end, without the time spent in admission webhooks and queues.',
      },
      ({ sliDurations, labelsWithoutDryRun: labels, isDryRun, codes }, emit) => {
        if (!isDryRun && codes.size > 0) emitBuckets(sliDurations, { bounds: durationBounds, labels, emit });
      },
    ),
    family(
      { name: 'apiserver_response_sizes', type: 'histogram', help: 'Size of the bodies that answer reads, in bytes.' },
      ({ responseSizes, labelsWithoutDryRun: labels, isDryRun }, emit) => {
        if (responseSizes !== undefined && !isDryRun) emitBuckets(responseSizes, { bounds: sizeBounds, labels, emit });
      },
    ),
    family(
      {
        name: 'apiserver_longrunning_requests',
        type: 'gauge',
        help: 'Number of watches and other long requests under way.',
      },
      ({ longRunning, labelsWithoutDryRun }, emit) => {
        if (longRunning !== undefined) emit('', labelsWithoutDryRun, longRunning);
      },
    ),
    family(
      {
        name: 'apiserver_request_terminations_total',
        type: 'counter',
        help: 'Number of requests that the server cut off or refused in self-defence.',
      },
      ({ terminations, labelsWithoutDryRun: labels }, emit) =>
        terminations.forEach((count, code) => emit('', `${labels},${toCodeLabel(code)}`, count)),
    ),
    family(
      {
        name: 'apiserver_request_aborts_total',
        type: 'counter',
        help: 'Number of requests whose answer was cut off half-way.',
      },
      ({ aborts, labelsWithoutComponent }, emit) => {
        if (aborts > 0) emit('', labelsWithoutComponent, aborts);
      },
    ),
  ];
}
