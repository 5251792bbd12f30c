/** The parts of an exchange, in their order. */
export type ExchangePhase = 'queue' | 'connect' | 'tls' | 'first-byte' | 'body';

/** What it took to open a connection, in milliseconds. */
export interface Opening {
  readonly connectMs: number;
  readonly tlsMs: number;
}

/** What one exchange with a backend took: the engine writes it down, metrics and the access log read it. */
export class ExchangeTrace {
  /** Milliseconds by phase; a phase that the exchange did not come to, or did not need, is absent. */
  readonly phases: Map<ExchangePhase, number> = new Map();
  /** Bytes of the bodies; of a tunnel, all that went through it. */
  requestBytes = 0;
  responseBytes = 0;
  /** How often the request was sent again. */
  retries = 0;
  #markedAt: number = performance.now();

  /** The request is on its way: on a connection that stood already, or on one that took so long to open. */
  begun(opening?: Opening): void {
    const waitedMs = this.#lap();
    const { connectMs = 0, tlsMs = 0 } = opening ?? {};
    this.#add('queue', Math.max(0, waitedMs - connectMs - tlsMs));
    if (opening === undefined) return;
    this.#add('connect', connectMs);
    this.#add('tls', tlsMs);
  }

  /** The head of the answer is there. */
  answered(): void {
    this.#add('first-byte', this.#lap());
  }

  /** The exchange is over, for better or worse; what there is of a body has been carried. */
  ended(): void {
    if (this.phases.has('first-byte') && !this.phases.has('body')) this.#add('body', this.#lap());
  }

  #lap(): number {
    const now = performance.now();
    const elapsed = now - this.#markedAt;
    this.#markedAt = now;
    return elapsed;
  }

  #add(phase: ExchangePhase, ms: number): void {
    this.phases.set(phase, (this.phases.get(phase) ?? 0) + ms);
  }
}
