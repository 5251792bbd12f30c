import {
  ensureTokenKeyFiles,
  type FollowOptions,
  openTokenKeys,
  ownTokenKeyFiles,
} from '../../../pkg/apiserver/authentication/tokens/key-files.ts';
import type { TokenKeys } from '../../../pkg/apiserver/authentication/tokens/token-keys.ts';
import type { Clock } from '../../../pkg/component/id/clock.ts';
import type { CertificateAuthority } from '../../../pkg/pki/certificate-authority.ts';
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
import type { ReloadedFiles } from '../../../pkg/pki/reloaded-files.ts';
import type { IssuedPair } from '../../../pkg/pki/ensure-leaf.ts';
import type { ServeOptions } from '../options/serve-flags.ts';
import { UsageError } from '../usage-error.ts';

/** All certificates of a running gateway; each source follows renewals and changed files while `run` runs. */
export interface Certificates {
  readonly pki: GatewayPKI;
  readonly serving: Source<CertificatePair>;
  readonly admin: Source<CertificatePair>;
  /** What the gateway shows to services. */
  readonly proxyClient: Source<CertificatePair>;
  /** Whose client certificates are believed: the own authority, and those of `--client-ca-file`. */
  readonly clientCAs: readonly Source<CertificateBundle>[];
  /** Whose client certificates are those of proxies in front (`--requestheader-client-ca-file`). */
  readonly frontProxyCA: Source<CertificateBundle> | undefined;
  /** All of these, of which clients are told in the handshake. */
  readonly handshakeCAs: readonly Source<CertificateBundle>[];
  /** CAs that the proxy client's certificate can be verified by. */
  readonly proxyClientCAs: readonly Source<CertificateBundle>[];
  /** Keys for tokens of service accounts. */
  readonly tokenKeys: Source<TokenKeys>;
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
  const bundle = async (file: string | undefined): Promise<Source<CertificateBundle> | undefined> =>
    file === undefined ? undefined : keep(runs, await openCertificateBundle(file, surroundings));
  const further = await bundle(options.clientCAFile);
  const frontProxyCA = await bundle(options.requestheaderClientCAFile);
  checkOverlap(options, further, frontProxyCA);
  const ownProxyCA = proxyClientCertFile === undefined ? toBundle(pki.frontProxyAuthority) : undefined;
  const clientCAs = [toBundle(pki.authority), ...toList(further)];
  return {
    pki,
    serving,
    admin,
    proxyClient,
    clientCAs,
    handshakeCAs: [...clientCAs, ...toList(frontProxyCA)],
    frontProxyCA,
    proxyClientCAs: [...toList(ownProxyCA), ...toList(frontProxyCA)],
    tokenKeys: keep(runs, await openKeys(options, surroundings)),
    run: async (signal) => {
      await Promise.all(runs.map((each) => each.run(signal)));
    },
  };
}

/** Source: kubernetes `pkg/kubeapiserver/options/authentication.go`. */
function checkOverlap(
  { requestheaderAllowedNames }: ServeOptions,
  clients: Source<CertificateBundle> | undefined,
  proxies: Source<CertificateBundle> | undefined,
): void {
  if (clients === undefined || proxies === undefined || requestheaderAllowedNames !== undefined) return;
  const ofClients = new Set(clients.current().certificates.map(({ fingerprint256 }) => fingerprint256));
  if (!proxies.current().certificates.some(({ fingerprint256 }) => ofClients.has(fingerprint256))) return;
  throw new UsageError(
    '--requestheader-client-ca-file and --client-ca-file contain the same certificate: --requestheader-allowed-names must say who is a proxy, lest any client could name any user',
  );
}

function toBundle({ certPEM: pem, certificate }: CertificateAuthority): Source<CertificateBundle> {
  return newPublished<CertificateBundle>({ pem, certificates: [certificate] }, () => undefined);
}

function toList<T>(value: T | undefined): readonly T[] {
  return value === undefined ? [] : [value];
}

/** The keys that the options name; without a key to sign with, the own ones, which are made when they are missing. */
async function openKeys(
  { dataDir, serviceAccountSigningKeyFile: signing, serviceAccountKeyFile: more = '' }: ServeOptions,
  surroundings: FollowOptions,
): Promise<ReloadedFiles<TokenKeys>> {
  const own = ownTokenKeyFiles(dataDir);
  const files = signing === undefined ? own : { signing, accepted: [] };
  if (signing === undefined) await ensureTokenKeyFiles(own);
  const further = more.split(',').filter((file) => file.trim() !== '');
  const accepted = [...files.accepted, ...further.map((file) => file.trim())];
  return openTokenKeys({ ...files, accepted }, surroundings);
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
