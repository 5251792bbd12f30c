/** Takes one sample: the end of its name (`_bucket`), its labels as text (`a="1",b="2"`) and its value. */
export type EmitSample = (suffix: string, labels: string, value: number) => void;

/** A metric with all its series, ready to be written down. */
export interface MetricFamily {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  /** Called before the samples are taken. */
  collect?(): void;
  samples(emit: EmitSample): void;
}
