import type { SecureContextOptions, Server } from 'node:tls';
import type { CertificatePair } from './certificate-pair.ts';
import type { Source } from './published.ts';

/** A pair as `tls.createServer`, `tls.connect` and `tls.createSecureContext` take it. */
export function toSecureContextOptions(pair: CertificatePair): { cert: string; key: string } {
  return { cert: pair.certPEM, key: pair.keyPEM };
}

/**
 * Keeps a server's certificate up to date: new handshakes get the new one, open connections stay as they are. The other options
 * must be all those that the server was made with (`ca`, `minVersion`, `ciphers` …), because Node replaces them as a whole.
 * The answer ends it.
 */
export function followSecureContext(
  server: Pick<Server, 'setSecureContext'>,
  source: Source<CertificatePair>,
  others: SecureContextOptions = {},
): () => void {
  return source.onChange((pair) => server.setSecureContext({ ...others, ...toSecureContextOptions(pair) }));
}
