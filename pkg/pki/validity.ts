import type { X509Certificate } from 'node:crypto';

/** First and last moment of a certificate, in milliseconds since 1970. */
export interface Validity {
  readonly notBefore: number;
  readonly notAfter: number;
}

/** Clocks of two machines differ: a certificate starts this long before it is issued. */
const clockSkew = 5 * 60_000;

const second = 1000;

/**
 * The validity of a certificate that is issued now for some milliseconds, in whole seconds as certificates have it. It starts
 * five minutes early, but never by more than a tenth of its life: a certificate for seconds would be two thirds old at birth.
 * It ends no later than its issuer.
 */
export function newValidity(now: number, lifetime: number, latest: number = Number.POSITIVE_INFINITY): Validity {
  const notAfter = Math.min(now + lifetime, latest);
  const early = Math.min(clockSkew, (notAfter - now) / 10);
  return {
    notBefore: Math.floor((now - early) / second) * second,
    notAfter: Math.floor(notAfter / second) * second,
  };
}

/** The validity that a certificate states. */
export function validityOf(certificate: X509Certificate): Validity {
  return { notBefore: certificate.validFromDate.getTime(), notAfter: certificate.validToDate.getTime() };
}

/** When two thirds of a certificate's life have passed: from then on it is renewed. */
export function renewalTimeOf(certificate: X509Certificate): number {
  const { notBefore, notAfter } = validityOf(certificate);
  return notBefore + ((notAfter - notBefore) * 2) / 3;
}
