import type { Dispatcher } from 'undici';
import type { Opening } from './exchange-trace.ts';
import type { Upload } from './upload.ts';

/** A request as it goes to a backend, whatever protocol carries it. */
export interface BackendRequest extends Dispatcher.DispatchOptions {
  readonly method: string;
  readonly path: string;
  /** Name and value in turn, `Host` first. */
  readonly headers: string[];
  readonly body: Upload | null;
}

/** What an exchange learns about the connection that carries it, as the `context` of `onRequestStart`. */
export interface Carrier {
  /** Whether the connection has carried exchanges before, so that it may have died unnoticed. */
  readonly reused: boolean;
  /** What it took to open the connection, if it was opened for this exchange. */
  readonly opening: Opening | undefined;
}

/** A request that waits for a connection, and whoever hears of its answer. */
export interface WaitingExchange {
  readonly request: BackendRequest;
  readonly handler: Dispatcher.DispatchHandler;
  /** Whether it can go over HTTP/2. */
  readonly http2: boolean;
}

/** Tells an exchange that no connection came about for it. */
export function failUnsent({ request, handler }: WaitingExchange, error: Error): void {
  // Nobody reads it here; elsewhere it is read anew.
  request.body?.destroy();
  handler.onResponseError?.(unsent, error);
}

/** Of an exchange that never began: there is nothing to control. */
const unsent: Dispatcher.DispatchController = {
  aborted: false,
  paused: false,
  reason: null,
  abort: () => undefined,
  pause: () => undefined,
  resume: () => undefined,
};
