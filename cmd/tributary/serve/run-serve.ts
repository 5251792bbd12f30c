import { mkdir, readFile } from 'node:fs/promises';
import { isIPv6 } from 'node:net';
import { join, resolve } from 'node:path';
import { parseTokenFile, type TokenTable } from '../../../pkg/apiserver/authentication/token-file.ts';
import { newSecureServer } from '../../../pkg/apiserver/server/secure-server.ts';
import { systemClock } from '../../../pkg/component/id/clock.ts';
import { runShutdown } from '../../../pkg/component/lifecycle/shutdown.ts';
import type { Logger } from '../../../pkg/component/logs/logger.ts';
import { readProductVersion } from '../../../pkg/component/version/product-version.ts';
import { emitAdminKubeconfig } from '../../../pkg/kubeconfig/emit-kubeconfig.ts';
import { openFileStorage } from '../../../pkg/storage/file/file-storage.ts';
import type { Storage } from '../../../pkg/storage/interface.ts';
import { toIdentitySettings } from '../options/identity-settings.ts';
import type { ServeOptions } from '../options/serve-flags.ts';
import { findManifests } from '../options/manifests-path.ts';
import { parseDuration } from '../options/parse-duration.ts';
import { toProxySettings } from '../options/proxy-settings.ts';
import { parseRuntimeConfig } from '../options/runtime-config.ts';
import { CommandError } from '../usage-error.ts';
import { openCertificates, type Certificates } from './certificates.ts';
import { countGroupVersions, waitForFirstProbes } from './group-version-counts.ts';
import { lockDataDir } from './data-dir-lock.ts';
import { listen } from './listen.ts';
import { type Gateway, newGateway } from './new-gateway.ts';
import { type ReadyFacts, toReadyBlock, toReadyFields } from './ready-block.ts';

/** How long running requests may take to end after a signal. */
const drainMs = 10_000;

/** Where `serve` runs. */
export interface ServeSurroundings {
  readonly logger: Logger;
  /** Standard error: the ready block for people goes there when it is a terminal. */
  readonly stderr: { readonly isTTY?: boolean; write(text: string): unknown };
  /** Milliseconds since the process began. */
  readonly uptimeMs: () => number;
}

/** Serves until the signal is aborted, then drains. Throws a `CommandError` when the start fails. */
export async function runServe(
  options: ServeOptions,
  surroundings: ServeSurroundings,
  signal: AbortSignal,
): Promise<void> {
  const { logger } = surroundings;
  const identity = toIdentitySettings(options);
  const manifests = await findManifests(options.manifests);
  const dataDir = resolve(options.dataDir);
  await makeDataDir(dataDir);
  const lock = await lockDataDir(dataDir);
  try {
    const tokens = await readTokens(options.tokenAuthFile, logger);
    const completed = { ...options, dataDir };
    const [certificates, storage] = await Promise.all([
      openCertificates(completed, { clock: systemClock, logger }),
      openStorage(dataDir, logger),
    ]);
    const productVersion = readProductVersion();
    const gateway = await newGateway({
      storage,
      certificates,
      tokens,
      identity,
      proxy: toProxySettings(options),
      runtimeConfig: parseRuntimeConfig(options.runtimeConfig ?? ''),
      eventTTLMs: parseDuration(options.eventTtl, '--event-ttl'),
      namespaceDeletionGraceMs: parseDuration(options.namespaceDeletionGrace, '--namespace-deletion-grace'),
      manifests,
      logger,
      productVersion,
      dataDir,
    });
    await serve({ options: completed, surroundings, certificates, storage, gateway, productVersion }, signal);
  } finally {
    await lock.release();
  }
}

async function makeDataDir(dataDir: string): Promise<void> {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new CommandError(`the data directory ${dataDir} cannot be made: ${(error as Error).message}`, error);
  }
}

async function readTokens(path: string | undefined, logger: Logger): Promise<TokenTable | undefined> {
  if (path === undefined) return undefined;
  try {
    const { users, warnings } = parseTokenFile(await readFile(path, 'utf8'), path);
    for (const warning of warnings) logger.warn('token file', { warning });
    return users;
  } catch (error) {
    throw new CommandError(`--token-auth-file: ${(error as Error).message}`, error);
  }
}

function openStorage(dataDir: string, logger: Logger): Promise<Storage> {
  return openFileStorage({
    directory: join(dataDir, 'registry'),
    report: ({ kind, path, sentence, error }) => {
      logger.warn(sentence, { event: kind, path, ...(error === undefined ? {} : { err: error }) });
    },
  });
}

interface Assembled {
  readonly options: ServeOptions;
  readonly surroundings: ServeSurroundings;
  readonly certificates: Certificates;
  readonly storage: Storage;
  readonly gateway: Gateway;
  readonly productVersion: string;
}

/** Listens, tells that it is ready, waits for the signal, and takes everything down in order. */
async function serve(assembled: Assembled, signal: AbortSignal): Promise<void> {
  const { options, surroundings, certificates, storage, gateway } = assembled;
  const { logger } = surroundings;
  const controlPath = new AbortController();
  const running = Promise.all([gateway.run(controlPath.signal), certificates.run(controlPath.signal)]);
  const secureServer = newSecureServer({
    server: gateway.server,
    certificate: certificates.serving,
    clientCAs: certificates.handshakeCAs,
    onHandshakeError: (error) => logger.debug(2, 'TLS handshake failed', { err: error }),
  });
  let listening = false;
  let ready = false;
  try {
    await gateway.waitForSync(signal);
    const port = await listen(secureServer, options.bindAddress, options.securePort);
    listening = true;
    await announce(assembled, port, signal);
    ready = true;
    await gateway.server.warmUp();
    await aborted(signal);
  } finally {
    const steps = [
      ...(listening ? [{ name: 'drain-requests', run: () => drain(secureServer, logger) }] : []),
      { name: 'stop-controllers', run: () => stop(controlPath, running) },
      { name: 'close-storage', run: () => storage.close() },
    ];
    // What makes a start fail is told in one sentence, which should not stand at the end of a page.
    await runShutdown(steps, { deadlineMs: drainMs + 5000, logger, quiet: !ready && !signal.aborted });
  }
}

async function announce(
  { options, surroundings, certificates, gateway, productVersion }: Assembled,
  port: number,
  signal: AbortSignal,
) {
  const { logger, stderr, uptimeMs } = surroundings;
  const { dataDir, bindAddress } = options;
  const address = toAddress(bindAddress, port);
  const emit = async (): Promise<string> => {
    const { path } = await emitAdminKubeconfig({
      dataDir,
      server: address,
      caPEM: certificates.pki.authority.certPEM,
      pair: certificates.admin.current(),
    });
    return path;
  };
  const kubeconfig = await emit();
  certificates.admin.onChange(() => {
    emit().catch((error: unknown) => logger.error('the kubeconfig file could not be renewed', { err: error }));
  });
  await waitForFirstProbes(gateway.aggregator, signal);
  const facts: ReadyFacts = {
    version: productVersion,
    address,
    dataDir,
    kubeconfig,
    groupVersions: countGroupVersions(gateway),
    seconds: uptimeMs() / 1000,
    exposed: !isLoopback(bindAddress),
  };
  if (stderr.isTTY === true) stderr.write(toReadyBlock(facts));
  else logger.info('ready', toReadyFields(facts));
}

/** The URL by which this machine reaches the listener. */
function toAddress(bindAddress: string, port: number): string {
  const host = bindAddress === '0.0.0.0' ? '127.0.0.1' : bindAddress === '::' ? '::1' : bindAddress;
  return `https://${isIPv6(host) ? `[${host}]` : host}:${port}`;
}

function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1';
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    if (signal.aborted) done();
    else signal.addEventListener('abort', () => done(), { once: true });
  });
}

async function drain(server: ReturnType<typeof newSecureServer>, logger: Logger): Promise<void> {
  const { drained, cut } = await server.close(drainMs);
  logger.info('drained', { connectionsClosed: drained, connectionsCut: cut });
}

async function stop(controlPath: AbortController, running: Promise<unknown>): Promise<void> {
  controlPath.abort();
  await running;
}
