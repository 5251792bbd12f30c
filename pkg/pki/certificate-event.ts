/** What happened to a certificate. */
export type CertificateEventKind =
  /** There was none, so one was issued. */
  | 'Created'
  /** The one on disk could not be used any longer, so another was issued in its place. */
  | 'Reissued'
  /** An interrupted creation was finished. */
  | 'Recovered'
  /** Another one was issued before the running one expires. */
  | 'Renewed'
  /** Changed files were taken over. */
  | 'Reloaded'
  /** Changed files cannot be used; what was loaded before stays. */
  | 'Rejected'
  /** The next certificate could not be issued; the running one stays and the attempt is repeated. */
  | 'RenewalFailed'
  /** A certificate authority has entered the last third of its life. Only people can replace it. */
  | 'Expiring'
  /** Changes are noticed by polling only. */
  | 'WatchFailed'
  /** A subscriber failed to take over a change. */
  | 'SubscriberFailed';

/** One event in the life of a certificate, for the log. */
export interface CertificateEvent {
  readonly kind: CertificateEventKind;
  /** The files concerned; empty for a certificate that is in memory only. */
  readonly files: readonly string[];
  /** One sentence for people. */
  readonly message: string;
  readonly cause?: unknown;
}

/** Receives the events; must not throw. */
export type ReportCertificateEvent = (event: CertificateEvent) => void;
