import type { CertificateBundle } from '../../pki/certificate-files.ts';
import type { CertificatePair } from '../../pki/certificate-pair.ts';
import type { Source } from '../../pki/published.ts';
import type { APIServer } from './api-server.ts';
import type { ClosedConnections } from './connections.ts';
import { newServing } from './serving.ts';

/** An API server behind a TLS listener. */
export interface SecureServerOptions {
  readonly server: APIServer;
  /** The serving certificate; a new one is used from the next handshake on. */
  readonly certificate: Source<CertificatePair>;
  /** CAs of client certificates: users, and front proxies. Their names are told to clients in the handshake. */
  readonly clientCAs: readonly Source<CertificateBundle>[];
  readonly onHandshakeError: (error: Error) => void;
}

/** A listener that follows its certificates. */
export interface SecureServer {
  /** Binds. Rejects with the error of the operating system. */
  listen(address: { readonly host: string; readonly port: number }): Promise<{ readonly port: number }>;
  /** Ends watches, lets running requests end, then closes; what is left after `graceMs` is cut. */
  close(graceMs: number): Promise<ClosedConnections>;
}

/** Puts an API server behind a TLS listener for HTTP/1.1 and HTTP/2. */
export function newSecureServer({
  server,
  certificate,
  clientCAs,
  onHandshakeError,
}: SecureServerOptions): SecureServer {
  const material = () => {
    const { certPEM: cert, keyPEM: key } = certificate.current();
    return { cert, key, clientCA: clientCAs.map((source) => source.current().pem).join('\n') };
  };
  const serving = newServing({
    material: material(),
    onRequest: (request, response, upgrade) => server.serve(request, response, upgrade),
    onHandshakeError(error) {
      server.countHandshakeError();
      onHandshakeError(error);
    },
  });
  const update = (): void => serving.setMaterial(material());
  const subscriptions = [certificate.onChange(update), ...clientCAs.map((source) => source.onChange(update))];
  return {
    listen: (address) => serving.listen(address),
    close(graceMs) {
      subscriptions.forEach((unsubscribe) => unsubscribe());
      server.shutdown();
      return serving.close(graceMs);
    },
  };
}
