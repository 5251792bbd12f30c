import type { RequestContext } from '../request-context.ts';

/** One link of the handler chain: does its part, and calls `next` unless the request ends here. */
export interface Filter {
  /** Stable name: tests pin the order by it, logs and metrics speak of it. */
  readonly name: string;
  readonly run: (context: RequestContext, next: () => Promise<void>) => Promise<void>;
}
