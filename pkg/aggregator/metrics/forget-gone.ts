import type { Aggregator } from '../interface.ts';
import type { BackendMetrics } from './backend-metrics.ts';
import type { ControlMetrics } from './control-metrics.ts';

/** What is counted of services. */
export interface ServiceMetrics {
  readonly backends: Pick<BackendMetrics, 'forget'>;
  readonly control: Pick<ControlMetrics, 'left'>;
}

/** Lets what was counted of a service go with its APIService, and what was counted of an address with the last one that uses it. */
export function forgetGone({ backends, control }: ServiceMetrics, aggregator: Pick<Aggregator, 'subscribe'>): void {
  aggregator.subscribe(({ previous, current }) => {
    if (previous?.service !== undefined && current?.service === undefined) backends.forget(previous);
    const left = previous?.addresses.filter((address) => current?.addresses.includes(address) !== true) ?? [];
    if (left.length > 0) control.left(left);
  });
}
