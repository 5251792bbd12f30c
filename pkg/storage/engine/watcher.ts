import { StorageError } from '../errors.ts';
import type { StorageEvent, WatchOptions, WatchSink } from '../interface.ts';
import type { StorageReporter } from './report.ts';

/** One watch: hands events to its sink once each, and stays unharmed by what the sink does. */
export class Watcher {
  readonly prefix: string;
  readonly #sink: WatchSink;
  readonly #signal: AbortSignal;
  readonly #report: StorageReporter;
  #delivered: number;
  #ended = false;

  constructor(prefix: string, sink: WatchSink, options: WatchOptions & { readonly report: StorageReporter }) {
    this.prefix = prefix;
    this.#sink = sink;
    this.#signal = options.signal;
    this.#report = options.report;
    this.#delivered = options.after;
  }

  /** Revision up to which the sink has everything. */
  get delivered(): number {
    return this.#delivered;
  }

  /** Nothing more reaches the sink. */
  get ended(): boolean {
    return this.#ended || this.#signal.aborted;
  }

  /** Hands over an event unless the sink has it or the key is not below the prefix. */
  offer(event: StorageEvent): void {
    if (this.ended || event.revision <= this.#delivered) return;
    this.#delivered = event.revision;
    if (!event.key.startsWith(this.prefix)) return;
    try {
      this.#sink.event(event);
    } catch (error) {
      // The sink has lost an event: going on would leave a gap, ending the watch makes its owner list again.
      const detail = 'the receiver of the watch failed';
      this.#report({ kind: 'SinkFailed', path: this.prefix, sentence: `${detail}; its watch was ended`, error });
      this.end(new StorageError('Unreachable', this.prefix, { detail, cause: error }));
    }
  }

  /** Tells the sink that nothing follows. */
  end(reason: StorageError): void {
    if (this.ended) return;
    this.#ended = true;
    try {
      this.#sink.end(reason);
    } catch (error) {
      const sentence = 'the receiver of the watch failed when it was told that the watch ended';
      this.#report({ kind: 'SinkFailed', path: this.prefix, sentence, error });
    }
  }

  /** Calls a function when the watch is aborted; the answer takes it back. */
  onAbort(listener: () => void): () => void {
    this.#signal.addEventListener('abort', listener, { once: true });
    return () => this.#signal.removeEventListener('abort', listener);
  }
}
