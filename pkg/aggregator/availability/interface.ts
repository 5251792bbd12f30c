import type { BackendFailure } from '../proxy/backend-failure.ts';

/** What is known of a group/version after a probe. */
export type Verdict = { readonly available: true } | { readonly available: false; readonly failure: BackendFailure };

/** A group/version whose health somebody wants to know. */
export interface ProbeTarget {
  /** `/apis/<group>/<version>`. */
  readonly path: string;
  /** Called synchronously when the verdict has become another one. */
  onVerdict(verdict: Verdict): void;
}

/** Watches over one backend and every group/version behind it. Nothing that happens at another backend can delay it. */
export interface Prober {
  /** Probes the target at once and from then on. The result ends that. */
  watch(target: ProbeTarget): () => void;
  /** When the backend last gave a good answer to a probe, in milliseconds since the epoch. */
  readonly lastSuccess: number | undefined;
  /** A client's request failed at this backend: looks at once. What is proof enough counts before the look has ended. */
  reportFailure(failure: BackendFailure): void;
  /** Ends everything; no verdict follows. */
  close(): void;
}
