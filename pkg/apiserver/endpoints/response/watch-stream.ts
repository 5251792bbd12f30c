import type { ServerResponse } from 'node:http';
import type { RawResponse } from '../../request-context.ts';

/** Bytes that may wait for a client that reads too slowly; beyond, its watch is cut and it starts anew from its last event. */
const maxPendingBytes = 16 * 1024 * 1024;

/** The body of a watch: frames are written as they come, and never block whoever produces them. */
export class WatchStream {
  readonly #response: ServerResponse;
  readonly #onOverflow: () => void;
  #open = true;

  constructor(response: RawResponse, onOverflow: () => void) {
    // One signature serves both protocols here; their TypeScript types do not unify.
    this.#response = response as ServerResponse;
    this.#onOverflow = onOverflow;
  }

  /** Sends a frame; after the end of the stream, or on a broken connection, it goes nowhere. */
  write(frame: string | Buffer): void {
    if (!this.#open || this.#response.destroyed) return;
    this.#response.write(frame);
    if (this.#response.writableLength <= maxPendingBytes) return;
    this.#open = false;
    this.#response.destroy();
    this.#onOverflow();
  }

  /** Ends the body cleanly: the client sees the end of a stream, not an error. */
  end(): void {
    if (!this.#open) return;
    this.#open = false;
    if (!this.#response.destroyed) this.#response.end();
  }
}
