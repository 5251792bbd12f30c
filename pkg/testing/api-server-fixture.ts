import type { Test } from 'tap';
import type { AdmissionHook } from '../apiserver/admission/admission.ts';
import type { Authenticator } from '../apiserver/authentication/authenticator.ts';
import { newFrontProxyAuthenticator } from '../apiserver/authentication/front-proxy.ts';
import { newTokenAuthenticator, parseTokenFile } from '../apiserver/authentication/token-file.ts';
import { newX509Authenticator } from '../apiserver/authentication/x509.ts';
import {
  type Authorizer,
  newAlwaysAllowPaths,
  newPrivilegedGroups,
  newUnionAuthorizer,
} from '../apiserver/authorization/authorizer.ts';
import type { Store } from '../apiserver/registry/store.ts';
import { APIServer } from '../apiserver/server/api-server.ts';
import { newSecureServer, type SecureServer } from '../apiserver/server/secure-server.ts';
import { type Clock, systemClock } from '../component/id/clock.ts';
import { isFakeClock } from './fake-clock.ts';
import { newUUID } from '../component/id/uuid.ts';
import { type Metrics } from '../component/metrics/interface.ts';
import { newMetrics } from '../component/metrics/metrics.ts';
import type { CertificateBundle } from '../pki/certificate-files.ts';
import type { CertificatePair } from '../pki/certificate-pair.ts';
import { newPublished, type Published } from '../pki/published.ts';
import type { Storage } from '../storage/interface.ts';
import { newMemoryStorage } from '../storage/memory/memory-storage.ts';
import { type APIClient, newAPIClient } from './api-client.ts';
import { newTestAuthority, type TestAuthority } from './pki.ts';
import { newRecordingLogger, type RecordingLogger } from './recording-logger.ts';
import { type Gadget, gadgetKind, type Widget, widgetKind } from './test-kinds.ts';

/** What differs from an ordinary server. */
export interface APIServerFixtureOptions {
  readonly authority?: TestAuthority;
  readonly storage?: Storage;
  readonly clock?: Clock;
  readonly admission?: readonly AdmissionHook[];
  /** Asked after those of the fixture. */
  readonly authenticators?: readonly Authenticator[];
  /** Asked after the groups and paths that are always allowed. */
  readonly authorizer?: Authorizer;
  /** Verbosity of the log. */
  readonly verbosity?: number;
  /** Runs before the server listens. */
  readonly prepare?: (server: APIServer) => void;
}

/** An API server with two kinds over memory and real TLS, on a free port of 127.0.0.1. */
export interface APIServerFixture {
  readonly server: APIServer;
  readonly secureServer: SecureServer;
  readonly storage: Storage;
  readonly metrics: Metrics;
  readonly logger: RecordingLogger;
  readonly widgets: Store<Widget>;
  readonly gadgets: Store<Gadget>;
  /** Issues the serving certificate, and client certificates of users. */
  readonly authority: TestAuthority;
  /** Issues client certificates of front proxies; common name `front-proxy-client` is believed. */
  readonly proxyAuthority: TestAuthority;
  readonly certificate: Published<CertificatePair>;
  /** CAs of users' certificates. */
  readonly clientCA: Published<CertificateBundle>;
  readonly handshakeErrors: readonly Error[];
  readonly port: number;
  /** As a member of `system:masters`. */
  readonly admin: APIClient;
  /** A client of a server, by default without credentials; closed with the fixture. */
  readonly newClient: (options?: FixtureCredentials) => APIClient;
}

/** What a client of the fixture shows: a certificate, a token, or nothing. */
export interface FixtureCredentials {
  readonly cert?: string;
  readonly key?: string;
  readonly token?: string;
}

/** Users of the fixture by token. */
export const fixtureTokens = 'admin-token,admin,admin-uid,system:masters\nalice-token,alice,alice-uid,"dev,qa"\n';

/** Starts a server that ends with the test. */
export async function startAPIServer(t: Test, options: APIServerFixtureOptions = {}): Promise<APIServerFixture> {
  const { storage = newMemoryStorage(), clock = systemClock, admission = [], authorizer, verbosity = 0 } = options;
  const authority = options.authority ?? (await newTestAuthority());
  const proxyAuthority = await newTestAuthority({ commonName: 'front-proxy-ca' });
  const logger = newRecordingLogger(verbosity);
  const metrics = newMetrics();
  const certificate = newPublished(await authority.serving(), fail);
  const clientCA = newPublished(toBundle(authority), fail);
  const proxyCA = newPublished(toBundle(proxyAuthority), fail);
  const server = new APIServer({
    storage,
    authenticators: [
      newFrontProxyAuthenticator({
        bundle: { certificates: () => proxyCA.current().certificates },
        allowedNames: ['front-proxy-client'],
      }),
      newX509Authenticator({ certificates: () => clientCA.current().certificates }),
      newTokenAuthenticator(parseTokenFile(fixtureTokens, 'tokens.csv').users),
      ...(options.authenticators ?? []),
    ],
    authorizer: newUnionAuthorizer([
      newPrivilegedGroups(['system:masters']),
      newAlwaysAllowPaths(['/healthz', '/livez', '/readyz', '/version']),
      ...(authorizer === undefined ? [] : [authorizer]),
    ]),
    admission,
    logger,
    metrics,
    clock,
    newID: newUUID,
    randomInt: (bound) => Math.floor(Math.random() * bound),
    version: { major: '1', minor: '36', gitVersion: 'v1.36.0+test' },
    openapi: { title: 'Test', version: 'v1' },
  });
  const priority = { groupPriorityMinimum: 1000, versionPriority: 15 };
  const widgets = server.install(widgetKind, priority);
  const gadgets = server.install(gadgetKind, priority);
  options.prepare?.(server);
  const handshakeErrors: Error[] = [];
  const secureServer = newSecureServer({
    server,
    certificate,
    clientCAs: [clientCA, proxyCA],
    onHandshakeError: (error) => handshakeErrors.push(error),
  });
  const { port } = await secureServer.listen({ host: '127.0.0.1', port: 0 });
  // Discovery has been made ready: the timers that wait from here on are those that a test brings about.
  if (isFakeClock(clock)) await clock.advance(200);
  const clients: APIClient[] = [];
  const newClient: APIServerFixture['newClient'] = (credentials = {}) => {
    const client = newAPIClient({ port, ca: authority.caPEM, ...credentials });
    clients.push(client);
    return client;
  };
  t.teardown(async () => {
    for (const client of clients) client.close();
    await secureServer.close(0);
    await storage.close();
  });
  return {
    server,
    secureServer,
    storage,
    metrics,
    logger,
    widgets,
    gadgets,
    authority,
    proxyAuthority,
    certificate,
    clientCA,
    handshakeErrors,
    port,
    admin: newClient({ token: 'admin-token' }),
    newClient,
  };
}

/** The bundle that holds one authority. */
export function toBundle({ caPEM, root }: Pick<TestAuthority, 'caPEM' | 'root'>): CertificateBundle {
  return { pem: caPEM, certificates: [root.certificate] };
}

function fail(error: unknown): void {
  throw error;
}
