import type { Transport, TransportSettings } from '../aggregator/proxy/interface.ts';
import { newTransport, type TransportOptions } from '../aggregator/proxy/transport.ts';
import type { CertificatePair } from '../pki/certificate-pair.ts';
import type { FakeBackend, FakeBackendTLS } from './fake-backend.ts';
import { newTestAuthority, type TestAuthority } from './pki.ts';
import { type ProxyFront, type ProxyFrontOptions, startProxyFront } from './proxy-front.ts';
import { openRawClient, type RawClient } from './raw-client.ts';

/** Certificates of a front, its backends and the gateway's client side, all of one authority. */
export interface ProxyPKI {
  readonly authority: TestAuthority;
  readonly serving: CertificatePair;
  readonly client: CertificatePair;
  /** For fake backends that demand the gateway's client certificate. */
  readonly backendTLS: FakeBackendTLS;
}

/** Makes the certificates. */
export async function newProxyPKI(): Promise<ProxyPKI> {
  const authority = await newTestAuthority();
  const [serving, client] = await Promise.all([authority.serving(), authority.client('front-proxy-client')]);
  return { authority, serving, client, backendTLS: { serving, clientCA: authority.caPEM } };
}

/** What differs from an ordinary front before an ordinary backend. */
export interface ProxyOptions extends Partial<Omit<ProxyFrontOptions, 'serving' | 'engine'>> {
  readonly pki: ProxyPKI;
  readonly backend: Pick<FakeBackend, 'port'>;
  readonly settings?: Partial<TransportSettings>;
  readonly transport?: TransportOptions;
}

/** A front, and a transport to one backend. */
export interface Proxy {
  readonly front: ProxyFront;
  readonly transport: Transport;
  /** Connects a raw HTTP/1.1 client to the front. */
  connect(): Promise<RawClient>;
  close(): Promise<void>;
}

/** Settings for a backend on 127.0.0.1 with a certificate of the PKI. */
export function toSettings(
  pki: ProxyPKI,
  port: number,
  differences: Partial<TransportSettings> = {},
): TransportSettings {
  return {
    host: '127.0.0.1',
    port,
    serverNames: ['localhost'],
    ca: pki.authority.caPEM,
    insecureSkipTLSVerify: false,
    clientCertificate: { cert: pki.client.certPEM, key: pki.client.keyPEM },
    ...differences,
  };
}

/** Starts a front with a transport to a backend that runs. */
export async function startProxy(options: ProxyOptions): Promise<Proxy> {
  const { pki, backend } = options;
  const transport = newTransport(toSettings(pki, backend.port, options.settings), options.transport);
  const front = await startProxyFront({ ...options, serving: pki.serving, engine: () => transport });
  const clients: RawClient[] = [];
  return {
    front,
    transport,
    connect: async () => {
      const client = await openRawClient({ port: front.port, ca: pki.authority.caPEM });
      clients.push(client);
      return client;
    },
    close: async () => {
      for (const { socket } of clients) socket.destroy();
      await transport.destroy();
      await front.close();
    },
  };
}
