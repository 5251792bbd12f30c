import type { CodedError } from './coded-error.ts';
import type { Findings } from './certificate-failure.ts';

/** Alerts by which a server says that it does not like the client's certificate, or that it got none. */
const aboutClientCertificate =
  /alert (certificate required|bad certificate|unknown ca|certificate unknown|certificate expired|certificate revoked|unsupported certificate|access denied|decrypt error)/i;

/** What OpenSSL calls bytes that are no TLS record, an answer in plain HTTP for example. */
const notTLS =
  /wrong version number|packet length too long|http request|unknown protocol|record layer failure|unexpected message|record overflow/i;

/** No version or cipher that both sides know. */
const noCommonVersion =
  /alert protocol version|unsupported protocol|no protocols available|handshake failure|no shared cipher|insufficient security/i;

/** What TLS found wrong, other than the backend's certificate; also after the handshake, since TLS 1.3 refuses clients then. */
export function findTLSFault(error: CodedError, authority: string): Findings | undefined {
  const { code, message } = error;
  if (code !== 'EPROTO' && !code.startsWith('ERR_SSL_')) return undefined;
  const reason = `${code.replaceAll('_', ' ')} ${message}`;
  const step = 'tls';
  if (aboutClientCertificate.test(reason)) {
    return {
      step,
      code: 'CLIENT_CERTIFICATE_REFUSED',
      expected: "a service that accepts the gateway's front-proxy client certificate",
      seen: `the service refused it (${alertOf(reason)})`,
      hint: "Give the service the gateway's front-proxy CA as its client CA (requestheader-client-ca-file).",
    };
  }
  if (noCommonVersion.test(reason)) {
    return {
      step,
      code: 'NO_COMMON_TLS_VERSION',
      expected: 'TLS 1.2 or later',
      seen: `no version or cipher in common (${code})`,
      hint: 'Let the service speak TLS 1.2 or later with a common cipher.',
    };
  }
  if (notTLS.test(reason)) {
    return {
      step,
      code: 'NOT_TLS',
      expected: `TLS on ${authority}`,
      seen: 'an answer that is not TLS, as from a plain HTTP server',
      hint: 'Let the service serve HTTPS on this port, or correct the port.',
    };
  }
  return {
    step,
    code,
    expected: 'a TLS connection',
    seen: message,
    hint: 'Check the TLS settings and the log of the service.',
  };
}

function alertOf(reason: string): string {
  return aboutClientCertificate.exec(reason)?.[1]?.toLowerCase() ?? 'alert';
}
