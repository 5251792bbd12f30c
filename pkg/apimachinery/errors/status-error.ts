import type { Status, StatusDetails, StatusReason } from '../../../apis/meta/v1/types.ts';

const brand = Symbol.for('tributary.StatusError');

/** An error that clients may see: it carries the `Status` that answers the request (Go: `errors.StatusError`). */
export class StatusError extends Error {
  readonly status: Status;

  constructor(status: Status, options?: ErrorOptions) {
    super(status.message ?? '', options);
    this.name = 'StatusError';
    this.status = status;
    Object.defineProperty(this, brand, { value: true });
  }

  /** The HTTP status code of the answer. */
  get code(): number {
    return this.status.code ?? 500;
  }
}

/** Tells a `StatusError`, also one of another copy of this package. */
export function isStatusError(error: unknown): error is StatusError {
  return typeof error === 'object' && error !== null && brand in error;
}

/** Tells whether an error is a `StatusError` with this reason. */
export function hasReason(error: unknown, reason: StatusReason): boolean {
  return isStatusError(error) && error.status.reason === reason;
}

/** What a failure consists of, before it becomes a `Status`. */
export interface Failure {
  readonly code: number;
  readonly reason: StatusReason;
  readonly message: string;
  readonly details?: StatusDetails;
  readonly cause?: unknown;
}

/** Makes the error whose `Status` has these members, in the order in which upstream writes them. */
export function newStatusError(failure: Failure): StatusError {
  const status: Status = {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: failure.message,
    ...(failure.reason === '' ? {} : { reason: failure.reason }),
    ...(failure.details === undefined ? {} : { details: failure.details }),
    code: failure.code,
  };
  return new StatusError(status, failure.cause === undefined ? undefined : { cause: failure.cause });
}
