import type { Clock } from '../../../pkg/component/id/clock.ts';
import type { Logger } from '../../../pkg/component/logs/logger.ts';
import {
  type CertificateBundle,
  openCertificateBundle,
  openCertificateFiles,
} from '../../../pkg/pki/certificate-files.ts';
import type { CertificateEvent } from '../../../pkg/pki/certificate-event.ts';
import type { CertificatePair } from '../../../pkg/pki/certificate-pair.ts';
import { newCertificateRotator } from '../../../pkg/pki/certificate-rotator.ts';
import { ensureGatewayPKI, type GatewayPKI } from '../../../pkg/pki/gateway-pki.ts';
import { newPublished, type Source } from '../../../pkg/pki/published.ts';
import type { IssuedPair } from '../../../pkg/pki/ensure-leaf.ts';
import type { ServeOptions } from '../options/serve-flags.ts';

/** All certificates of a running gateway; each source follows renewals and changed files while `run` runs. */
export interface Certificates {
  readonly pki: GatewayPKI;
  readonly serving: Source<CertificatePair>;
  readonly admin: Source<CertificatePair>;
  /** What the gateway shows to services. */
  readonly proxyClient: Source<CertificatePair>;
  /** Whose client certificates are believed: the own authority, and those of `--client-ca-file`. */
  readonly clientCAs: readonly Source<CertificateBundle>[];
  /** Renews and reloads until the signal is aborted. Never rejects. */
  run(signal: AbortSignal): Promise<void>;
}

/** What certificates need beside the options. */
export interface CertificateSurroundings {
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Loads, or issues, what the gateway needs. Throws a `CertificateError` that names the file and what to do. */
export async function openCertificates(
  options: ServeOptions,
  { clock, logger }: CertificateSurroundings,
): Promise<Certificates> {
  const { dataDir, bindAddress, tlsCertFile, tlsPrivateKeyFile, proxyClientCertFile, proxyClientKeyFile } = options;
  const report = newReporter(logger);
  const surroundings = { clock, report };
  const pki = await ensureGatewayPKI({ dataDir, bindAddress, ...surroundings });
  const runs: Running[] = [];
  const rotate = (issued: IssuedPair): Source<CertificatePair> =>
    keep(runs, newCertificateRotator({ issued, ...surroundings }));
  const follow = async (
    cert: string | undefined,
    key: string | undefined,
    own: IssuedPair,
  ): Promise<Source<CertificatePair>> =>
    cert === undefined || key === undefined
      ? rotate(own)
      : keep(runs, await openCertificateFiles({ cert, key }, surroundings));
  const serving = await follow(tlsCertFile, tlsPrivateKeyFile, pki.serving);
  const proxyClient = await follow(proxyClientCertFile, proxyClientKeyFile, pki.frontProxyClient);
  const admin = rotate(pki.admin);
  const { certPEM: pem, certificate } = pki.authority;
  const own = newPublished<CertificateBundle>({ pem, certificates: [certificate] }, () => undefined);
  const further = options.clientCAFile;
  const clientCAs =
    further === undefined ? [own] : [own, keep(runs, await openCertificateBundle(further, surroundings))];
  return {
    pki,
    serving,
    admin,
    proxyClient,
    clientCAs,
    run: async (signal) => {
      await Promise.all(runs.map((each) => each.run(signal)));
    },
  };
}

interface Running {
  run(signal: AbortSignal): Promise<void>;
}

function keep<T extends Running>(runs: Running[], source: T): T {
  runs.push(source);
  return source;
}

const troubles: ReadonlySet<string> = new Set(['Rejected', 'RenewalFailed', 'WatchFailed', 'SubscriberFailed']);

/** Writes certificate events to the log. */
export function newReporter(logger: Logger): (event: CertificateEvent) => void {
  return ({ kind, files, message, cause }) => {
    const fields = { event: kind, files, message, ...(cause === undefined ? {} : { err: cause }) };
    if (troubles.has(kind)) logger.warn('certificate', fields);
    else logger.debug(1, 'certificate', fields);
  };
}
