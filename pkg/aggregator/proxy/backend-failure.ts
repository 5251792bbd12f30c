/** The steps on the way to an answer, in their order. */
export type BackendStep = 'resolve' | 'connect' | 'tls' | 'http' | 'status' | 'content';

/** What went wrong with a backend, told so that a person can mend it. Never holds secrets. */
export class BackendFailure extends Error {
  /** The step that failed. */
  readonly step: BackendStep;
  /** Stable code, such as `ECONNREFUSED`, `CERT_HAS_EXPIRED`, `ERR_TLS_CERT_ALTNAME_INVALID`, `TIMEOUT`. */
  readonly code: string;
  /** Where: `https://127.0.0.1:7443`. */
  readonly address: string;
  /** What was expected and what was seen, as one sentence each. */
  readonly expected: string;
  readonly seen: string;
  /** What to do about it, as one sentence. */
  readonly hint: string;

  constructor(facts: Omit<BackendFailure, 'name' | 'message' | 'cause' | 'stack'>, cause?: unknown) {
    super(`${facts.step} ${facts.address}: ${facts.seen}`, { cause });
    this.name = 'BackendFailure';
    this.step = facts.step;
    this.code = facts.code;
    this.address = facts.address;
    this.expected = facts.expected;
    this.seen = facts.seen;
    this.hint = facts.hint;
  }
}
