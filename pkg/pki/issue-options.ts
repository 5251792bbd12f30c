import type { ReportCertificateEvent } from './certificate-event.ts';
import type { Clock } from './clock.ts';
import type { KeyAlgorithm } from './keys.ts';

const day = 86_400_000;

/** How certificates are issued, whichever they are. */
export interface IssueOptions {
  readonly clock: Clock;
  readonly report: ReportCertificateEvent;
  /** Default `rsa-2048`. */
  readonly keyAlgorithm?: KeyAlgorithm | undefined;
  /** Life of serving and client certificates in milliseconds, default one year. */
  readonly lifetime?: number | undefined;
  /** Life of a certificate authority in milliseconds, default ten years. */
  readonly authorityLifetime?: number | undefined;
}

/** Values of the options that were left out. */
export const issueDefaults: {
  readonly keyAlgorithm: KeyAlgorithm;
  readonly lifetime: number;
  readonly authorityLifetime: number;
} = {
  keyAlgorithm: 'rsa-2048',
  lifetime: 365 * day,
  authorityLifetime: 10 * 365 * day,
};
