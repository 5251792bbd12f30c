import type { ReportCertificateEvent } from './certificate-event.ts';
import type { CertificatePair } from './certificate-pair.ts';
import { sleepUntil, type Clock } from './clock.ts';
import type { IssuedPair } from './ensure-leaf.ts';
import { newPublished, type Source } from './published.ts';
import { renewalTimeOf } from './validity.ts';

/** Which certificate is renewed, and by which clock. */
export interface RotatorOptions {
  readonly issued: IssuedPair;
  readonly clock: Clock;
  readonly report: ReportCertificateEvent;
}

/** A certificate that is renewed in time as long as `run` runs. */
export interface CertificateRotator extends Source<CertificatePair> {
  /** Renews at two thirds of each certificate's life until the signal is aborted. Never rejects. */
  run(signal: AbortSignal): Promise<void>;
}

/** Certificates near the end of their authority get shorter and shorter lives; this bounds how often they are renewed. */
const shortestInterval = 1000;
const firstRetry = 1000;
const longestRetry = 300_000;

/** Makes a source of a certificate out of one that has just been loaded or issued. */
export function newCertificateRotator(options: RotatorOptions): CertificateRotator {
  const { issued, clock, report } = options;
  const files = [issued.files.cert, issued.files.key];
  const source = newPublished(issued.pair, (cause) => {
    report({ kind: 'SubscriberFailed', files, message: 'a renewed certificate was not taken over', cause });
  });

  const renew = async (): Promise<boolean> => {
    try {
      const pair = await issued.renew();
      report({ kind: 'Renewed', files, message: `valid until ${pair.certificate.validToDate.toISOString()}` });
      source.publish(pair);
      return true;
    } catch (cause) {
      const end = source.current().certificate.validToDate.toISOString();
      report({ kind: 'RenewalFailed', files, message: `the running certificate stays; it expires on ${end}`, cause });
      return false;
    }
  };

  const run = async (signal: AbortSignal): Promise<void> => {
    let due = renewalTimeOf(source.current().certificate);
    for (let retry = firstRetry; !signal.aborted;) {
      await sleepUntil(clock, due, signal);
      if (signal.aborted) return;
      const renewed = await renew();
      due = renewed
        ? Math.max(renewalTimeOf(source.current().certificate), clock.now() + shortestInterval)
        : clock.now() + retry;
      retry = renewed ? firstRetry : Math.min(retry * 2, longestRetry);
    }
  };
  return { current: source.current, onChange: source.onChange, run };
}
