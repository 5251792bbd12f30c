/** A value for each label of a metric. */
export type Labels<Name extends string> = Readonly<Record<Name, string>>;

/** Name, help text and labels of a metric. */
export interface MetricOptions<Name extends string> {
  /** As Prometheus wants it: `apiserver_request_total`. */
  readonly name: string;
  readonly help: string;
  /** Empty for a metric with a single series. */
  readonly labelNames: readonly Name[];
  /** When this many label combinations exist, all further ones share one series whose labels say `overflow`. Default 1000. */
  readonly maxSeries?: number;
}

/** Takes the value of a series in place of what it held. */
export interface Settable<Name extends string = never> {
  set(labels: Labels<Name>, value: number): void;
}

/** Options of a metric with one number a series. */
export interface ScalarOptions<Name extends string> extends MetricOptions<Name> {
  /** Called before each `render`, for values that are cheaper to ask for than to follow. */
  readonly collect?: (target: Settable<Name>) => void;
  /** What `collect` does not set any more is gone. Default: it stays as it was. */
  readonly collectsAll?: boolean;
}

/** Grows only. */
export interface Counter<Name extends string = never> {
  /** Adds `by` (default 1). A number that is not positive adds nothing. */
  inc(labels: Labels<Name>, by?: number): void;
  /** Forgets the series, for labels whose subject is gone. */
  remove(labels: Labels<Name>): void;
}

/** Goes up and down. */
export interface Gauge<Name extends string = never> extends Settable<Name> {
  /** Adds `by`, which may be negative. */
  add(labels: Labels<Name>, by: number): void;
  /** Forgets the series, for labels whose subject is gone. */
  remove(labels: Labels<Name>): void;
}

/** Counts observations in buckets. */
export interface Histogram<Name extends string = never> {
  observe(labels: Labels<Name>, value: number): void;
  /** Forgets the series, for labels whose subject is gone. */
  remove(labels: Labels<Name>): void;
}

/** Options of a histogram. */
export interface HistogramOptions<Name extends string> extends MetricOptions<Name> {
  /** Upper bounds, ascending, without infinity. */
  readonly buckets: readonly number[];
  /** Called before each `render`, for observations that are counted elsewhere. */
  readonly collect?: (target: Showable<Name>) => void;
}

/** Observations, not yet cumulated: the last element counts those above every bound. */
export interface Distribution {
  readonly counts: Float64Array;
  readonly sum: number;
}

/** Takes the observations of a series in place of those that it held. */
export interface Showable<Name extends string = never> {
  show(labels: Labels<Name>, distribution: Distribution): void;
}

/** Makes metrics. A name can be taken once; taking it again throws. */
export interface MetricsRegistry {
  counter<const Name extends string>(options: ScalarOptions<Name>): Counter<Name>;
  gauge<const Name extends string>(options: ScalarOptions<Name>): Gauge<Name>;
  histogram<const Name extends string>(options: HistogramOptions<Name>): Histogram<Name>;
}

/** What `/metrics` answers with. */
export interface RenderedMetrics {
  readonly contentType: string;
  readonly body: string;
}

/** Labels of the request metrics, by upstream's rules; made by `toRequestLabels`. */
export interface RequestLabels {
  readonly verb: string;
  readonly dryRun: string;
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly subresource: string;
  readonly scope: string;
}

/** What is watched. */
export type WatchedResource = Pick<RequestLabels, 'group' | 'version' | 'resource'>;

/** How a request ended. */
export interface RequestResult {
  readonly code: number;
  readonly seconds: number;
  /** Without the time spent in admission webhooks and queues. Default: `seconds`. */
  readonly sliSeconds?: number;
  /** Bytes of the body; counted for GET and LIST only. */
  readonly responseBytes?: number;
}

/** The metrics that every API server keeps of its requests, under upstream's names. */
export interface RequestMetrics {
  /** Counts a request that has been answered. */
  finished(labels: RequestLabels, result: RequestResult): void;
  /** Counts a long-running request (watch, exec, …) that begins; call the result when it ends. */
  longRunning(labels: RequestLabels): () => void;
  /** Counts a request that the server itself cut off or refused under load (`apiserver_request_terminations_total`). */
  terminated(labels: RequestLabels, code: number): void;
  /** Counts a request whose client was cut off in the middle of the answer (`apiserver_request_aborts_total`). */
  aborted(labels: RequestLabels): void;
  /** Sets how many short requests are being served. */
  inflight(kind: 'readOnly' | 'mutating', count: number): void;
  /** Counts frames sent to watchers of a resource: call the result with the length of each, in bytes. */
  watchEvents(resource: WatchedResource): (bytes: number) => void;
  /** Counts a TLS handshake that failed. */
  tlsHandshakeError(): void;
}

/** The metrics of one server. */
export interface Metrics extends BareMetrics {
  readonly requests: RequestMetrics;
}

/** Metrics of one endpoint. */
export interface BareMetrics extends MetricsRegistry {
  /** Text of the endpoint. */
  readonly render: () => Promise<RenderedMetrics>;
}
