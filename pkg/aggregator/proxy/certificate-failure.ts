import type { X509Certificate } from 'node:crypto';
import { describeCertificate } from '../../pki/describe.ts';
import { ServerNameError } from '../../pki/server-names.ts';
import type { BackendFailure } from './backend-failure.ts';
import type { TransportSettings } from './interface.ts';

/** The part of a failure that says what was wrong. */
export type Findings = Pick<BackendFailure, 'step' | 'code' | 'expected' | 'seen' | 'hint'>;

/** OpenSSL's codes for "the chain does not end at a certificate that is trusted". */
const untrusted: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_UNTRUSTED',
  'CERT_SIGNATURE_FAILURE',
  'CERT_CHAIN_TOO_LONG',
  'INVALID_CA',
  'PATH_LENGTH_EXCEEDED',
]);

/** What the handshake found wrong with the backend's certificate; `undefined` when the error is about something else. */
export function findCertificateFault(
  error: Error & { readonly code: string },
  peer: X509Certificate | undefined,
  settings: TransportSettings,
): Findings | undefined {
  const { code } = error;
  if (error instanceof ServerNameError) return wrongName(error);
  const step = 'tls';
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') {
    return {
      step,
      code,
      expected: 'a certificate that is valid now',
      seen: peer === undefined ? `a certificate outside its time (${code})` : outsideValidity(peer, code),
      hint:
        code === 'CERT_HAS_EXPIRED'
          ? 'Renew the certificate of the service, and restart the service if it does not reload it.'
          : 'Compare the clocks of the service and of the gateway.',
    };
  }
  if (untrusted.has(code)) {
    return {
      step,
      code,
      expected: trustedRoots(settings),
      seen: `a certificate ${selfSigned(code) ? 'signed by itself' : 'of another issuer'}${issuedBy(peer)}`,
      hint: 'Put the CA of the service into caBundle, or let the service use a certificate that the gateway issued.',
    };
  }
  if (code !== 'INVALID_PURPOSE' && !code.startsWith('CERT_') && !code.startsWith('CRL_')) return undefined;
  return {
    step,
    code,
    expected: 'a certificate for TLS servers that verifies',
    seen: `a certificate that does not: ${error.message}${issuedBy(peer)}`,
    hint: 'Issue a new serving certificate for the service (extended key usage "server authentication").',
  };
}

function wrongName({ code, hosts, certificateNames }: ServerNameError): Findings {
  const wanted = hosts.length === 0 ? 'any name (none is configured)' : hosts.join(' or ');
  const carried = certificateNames.length === 0 ? 'no host at all' : certificateNames.join(', ');
  return {
    step: 'tls',
    code,
    expected: `a certificate for ${wanted}`,
    seen: `a certificate for ${carried}, not for ${wanted}`,
    hint: `Issue the serving certificate of the service with ${hosts[0] ?? 'the name of the service'} among its subject alternative names.`,
  };
}

function outsideValidity(peer: X509Certificate, code: string): string {
  const { notBefore, notAfter } = describeCertificate(peer);
  return code === 'CERT_HAS_EXPIRED'
    ? `a certificate that expired on ${notAfter.toISOString()}, or whose issuer's has`
    : `a certificate that is not valid before ${notBefore.toISOString()}`;
}

function trustedRoots({ ca }: TransportSettings): string {
  return ca.trim() === ''
    ? 'a certificate signed by a CA of caBundle, which is empty'
    : "a certificate signed by a CA of caBundle or by the gateway's CA";
}

function selfSigned(code: string): boolean {
  return code === 'DEPTH_ZERO_SELF_SIGNED_CERT';
}

function issuedBy(peer: X509Certificate | undefined): string {
  if (peer === undefined) return '';
  const { issuer } = describeCertificate(peer);
  return issuer === '' ? ', issued by nobody' : `, issued by ${issuer}`;
}
