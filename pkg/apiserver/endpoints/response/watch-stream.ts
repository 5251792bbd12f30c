import type { Writable } from 'node:stream';
import type { Clock } from '../../../component/id/clock.ts';
import type { RawResponse } from '../../request-context.ts';

/** Bytes that may wait for a client that reads too slowly; beyond, its watch is cut and it starts anew from its last event. */
const maxPendingBytes = 16 * 1024 * 1024;

/** Bytes that wait before whoever can pause does so. */
const restBytes = 256 * 1024;

/** How long a client may take nothing at all while others wait for it to do so. */
const maxStallMs = 60_000;

/** What a stream goes by. */
export interface WatchStreamOptions {
  readonly response: RawResponse;
  readonly clock: Clock;
  /** Called when the client was cut. */
  readonly onCut: () => void;
}

/** The body of a watch: frames are written as they come, and never block whoever produces them. */
export class WatchStream {
  readonly #response: RawResponse;
  /** What the bytes go to: over HTTP/2 the stream itself, without the detour over what imitates HTTP/1.1. */
  readonly #bytes: Writable;
  readonly #clock: Clock;
  readonly #onCut: () => void;
  #open = true;

  constructor({ response, clock, onCut }: WatchStreamOptions) {
    this.#response = response;
    this.#bytes = 'stream' in response ? response.stream : response;
    this.#clock = clock;
    this.#onCut = onCut;
  }

  /** Sends a frame; after the end of the stream, or on a broken connection, it goes nowhere. */
  write(frame: Buffer): void {
    const bytes = this.#bytes;
    if (!this.#open || bytes.destroyed) return;
    bytes.write(frame);
    if (bytes.writableLength > maxPendingBytes) this.#cut();
  }

  /**
   * For whoever can pause: resolves when the client has taken what was written, or is gone; `undefined` when there is nothing to
   * wait for. A client that takes nothing for a minute is cut.
   */
  whenDrained(): Promise<void> | undefined {
    const bytes = this.#bytes;
    if (!this.#open || bytes.destroyed || bytes.writableLength <= restBytes) return undefined;
    return new Promise((resolve) => {
      const settle = (): void => {
        stall.cancel();
        bytes.off('drain', settle).off('close', settle);
        resolve();
      };
      const stall = this.#clock.setTimeout(() => {
        this.#cut();
        settle();
      }, maxStallMs);
      bytes.on('drain', settle).on('close', settle);
    });
  }

  /** Ends the body cleanly: the client sees the end of a stream, not an error. */
  end(): void {
    if (!this.#open) return;
    this.#open = false;
    if (!this.#bytes.destroyed) (this.#response as Writable).end();
  }

  #cut(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#response.destroy();
    this.#onCut();
  }
}
