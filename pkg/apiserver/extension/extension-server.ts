import { randomInt } from 'node:crypto';
import type { KindDefinition } from '../../apimachinery/schema/kind-definition.ts';
import { type Clock, systemClock } from '../../component/id/clock.ts';
import { newUUID } from '../../component/id/uuid.ts';
import { discardLogger, type Logger } from '../../component/logs/logger.ts';
import { newMetrics } from '../../component/metrics/metrics.ts';
import { StartError } from '../../component/lifecycle/start-error.ts';
import { newVersionInfo } from '../../component/version/version-info.ts';
import { openCertificateBundle, openCertificateFiles } from '../../pki/certificate-files.ts';
import type { CertificateEvent } from '../../pki/certificate-event.ts';
import type { Storage } from '../../storage/interface.ts';
import type { AdmissionHook } from '../admission/admission.ts';
import type { Authenticator } from '../authentication/authenticator.ts';
import { newFrontProxyAuthenticator } from '../authentication/front-proxy.ts';
import { newX509Authenticator } from '../authentication/x509.ts';
import {
  type Authorizer,
  newAlwaysAllowPaths,
  newPrivilegedGroups,
  newUnionAuthorizer,
} from '../authorization/authorizer.ts';
import { newGarbageCollector } from '../controllers/garbage-collector/garbage-collector.ts';
import { APIServer } from '../server/api-server.ts';
import { newSecureServer } from '../server/secure-server.ts';

/** An aggregated API server: kinds, where they live, and the certificates that the gateway issued for it. */
export interface ExtensionServerOptions {
  /** Name and version, for `/version` and the OpenAPI documents. */
  readonly name: string;
  readonly version: string;
  /** Kinds of any group/versions. */
  readonly kinds: readonly KindDefinition<never>[];
  readonly storage: Storage;
  /** Address on which to listen; port 0 takes any free one. */
  readonly host: string;
  readonly port: number;
  /** PEM files of the serving certificate and its key. Changed files are taken over while the server runs. */
  readonly tlsCertFile: string;
  readonly tlsPrivateKeyFile: string;
  /** PEM file of the CA of the gateway's front-proxy certificate: who shows one is believed whom it speaks for. */
  readonly requestHeaderClientCAFile: string;
  /** Common names of front-proxy certificates that are believed. Default: `front-proxy-client`. */
  readonly requestHeaderAllowedNames?: readonly string[];
  /** PEM file of a CA whose client certificates are users who may come directly. */
  readonly clientCAFile?: string;
  /** Who may do what, beside `system:masters`, who may do everything. Without one nobody else may do anything. */
  readonly authorizer?: Authorizer;
  readonly admission?: readonly AdmissionHook[];
  /**
   * Deletes objects whose owners are gone, and lets `propagationPolicy` have its effect. Owners may be of any kind that is served here;
   * those of other servers are taken to be there. Default: false, for a storage belongs to one collector only.
   */
  readonly garbageCollection?: boolean;
  /** Default: none. */
  readonly logger?: Logger;
  readonly clock?: Clock;
}

/** An aggregated API server that listens. */
export interface ExtensionServer {
  /** The port that was bound. */
  readonly port: number;
  /** The server, for further delegates and health checks. */
  readonly server: APIServer;
  /** Resolves when the signal that it was started with is aborted and the last request has ended. */
  readonly stopped: Promise<void>;
}

/** How long running requests may take to end. */
const drainMs = 10_000;

/** Health and version are for everybody, as upstream has it. */
const publicPaths = ['/healthz', '/livez', '/readyz', '/version'];

/**
 * Serves kinds as an aggregated API server (Go: what `sample-apiserver` does over `k8s.io/apiserver`), until the signal is aborted.
 * Rejects with a `StartError` that names the file or address when the start fails. The caller closes the storage.
 */
export async function startExtensionServer(
  options: ExtensionServerOptions,
  signal: AbortSignal,
): Promise<ExtensionServer> {
  const { logger = discardLogger, clock = systemClock, host, port } = options;
  const follow = { clock, report: newReporter(logger) };
  const { tlsCertFile: cert, tlsPrivateKeyFile: key, requestHeaderClientCAFile, clientCAFile } = options;
  const certificate = await opened(openCertificateFiles({ cert, key }, follow));
  const frontProxyCA = await opened(openCertificateBundle(requestHeaderClientCAFile, follow));
  const clientCA = clientCAFile === undefined ? undefined : await opened(openCertificateBundle(clientCAFile, follow));
  const allowedNames = options.requestHeaderAllowedNames ?? ['front-proxy-client'];
  const authenticators: Authenticator[] = [
    newFrontProxyAuthenticator({ bundle: { certificates: () => frontProxyCA.current().certificates }, allowedNames }),
    ...(clientCA === undefined ? [] : [newX509Authenticator({ certificates: () => clientCA.current().certificates })]),
  ];
  const server = newServer({ ...options, logger, clock }, authenticators);
  const followed = [certificate, frontProxyCA, ...(clientCA === undefined ? [] : [clientCA])];
  const secureServer = newSecureServer({
    server,
    certificate,
    clientCAs: [frontProxyCA, ...(clientCA === undefined ? [] : [clientCA])],
    onHandshakeError: (error) => logger.debug(2, 'TLS handshake failed', { err: error }),
  });
  const bound = await secureServer.listen({ host, port }).catch((error: NodeJS.ErrnoException) => {
    throw new StartError(toListenFailure(error, host, port), error);
  });
  const { storage, garbageCollection = false } = options;
  const controllers = garbageCollection ? [newGarbageCollector({ storage, stores: server.stores, logger, clock })] : [];
  const stopped = Promise.all([
    ...controllers.map((controller) => controller.run(signal)),
    ...followed.map((each) => each.run(signal)),
    whenAborted(signal).then(() => secureServer.close(drainMs)),
  ]).then(() => undefined);
  return { port: bound.port, server, stopped };
}

/** Certificate errors are sentences already. */
function opened<T>(files: Promise<T>): Promise<T> {
  return files.catch((error: Error) => {
    throw new StartError(error.message, error);
  });
}

function toListenFailure({ code, message }: NodeJS.ErrnoException, host: string, port: number): string {
  if (code === 'EADDRINUSE')
    return `port ${port} on ${host} is taken by another process; stop it, or choose another port`;
  if (code === 'EADDRNOTAVAIL') return `this machine has no address ${host}; choose one that it has`;
  if (code === 'EACCES') return `the system does not let this user listen on port ${port}; choose one above 1023`;
  return `cannot listen on ${host}, port ${port}: ${message}`;
}

type Complete = ExtensionServerOptions & { readonly logger: Logger; readonly clock: Clock };

function newServer(options: Complete, authenticators: readonly Authenticator[]): APIServer {
  const { name, version, kinds, storage, logger, clock, admission = [], authorizer } = options;
  const server = new APIServer({
    storage,
    authenticators,
    authorizer: newUnionAuthorizer([
      newPrivilegedGroups(['system:masters']),
      newAlwaysAllowPaths(publicPaths),
      ...(authorizer === undefined ? [] : [authorizer]),
    ]),
    admission,
    logger,
    metrics: newMetrics({ process: true }),
    clock,
    newID: newUUID,
    randomInt: (bound) => randomInt(bound),
    version: newVersionInfo({ productVersion: version }),
    openapi: { title: name, version },
    garbageCollection: options.garbageCollection ?? false,
  });
  for (const kind of kinds) {
    server.install(kind as unknown as KindDefinition, {
      groupPriorityMinimum: 1000,
      versionPriority: 15,
    });
  }
  return server;
}

function newReporter(logger: Logger) {
  return ({ kind, files, message, cause }: CertificateEvent): void => {
    logger.info('certificate', { event: kind, files, message, ...(cause === undefined ? {} : { err: cause }) });
  };
}

function whenAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
