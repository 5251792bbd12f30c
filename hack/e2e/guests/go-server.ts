import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Test } from 'tap';
import { type APIClient, newAPIClient } from '../../../pkg/testing/api-client.ts';
import { runCommand } from '../../lib/run-command.ts';
import { TRIBUTARY } from '../harness/gateway.ts';
import { type RunningProcess, startProcess } from '../harness/process.ts';
import { type Guest, buildGuest } from './programs.ts';

/** A Go extension server and its place behind a gateway. */
export interface GoServerOptions {
  readonly guest: Guest;
  readonly dataDir: string;
  /** The service that stands for it. */
  readonly service: string;
  readonly namespace: string;
  readonly port: number;
  /** What to ask `tributary kubeconfig` for. */
  readonly identity: readonly string[];
  /** Flags beside those that every such server has. */
  readonly flags: readonly string[];
}

/** A Go extension server that runs with nothing but what the gateway issued. */
export interface GoServer {
  readonly process: RunningProcess;
  readonly port: number;
  /** Sends requests to it directly, without the gateway in between. */
  readonly client: (options?: { readonly cert?: string; readonly key?: string }) => APIClient;
}

/** Has the gateway issue a certificate and a kubeconfig, and starts a server with them; authentication and authorization are delegated. */
export async function startGoServer(t: Test, options: GoServerOptions): Promise<GoServer> {
  const { guest, dataDir, service, namespace, port, identity, flags } = options;
  const { path } = await buildGuest(guest);
  const folder = join(dataDir, 'services', service);
  const kubeconfig = join(folder, 'kubeconfig');
  const place = `--data-dir=${dataDir}`;
  await tributary('certs', 'issue', service, `--namespace=${namespace}`, place);
  await tributary('kubeconfig', ...identity, place, `--output=${kubeconfig}`);
  const child = startProcess(t, {
    command: [
      path,
      '--bind-address=127.0.0.1',
      `--secure-port=${port}`,
      `--tls-cert-file=${join(folder, 'tls.crt')}`,
      `--tls-private-key-file=${join(folder, 'tls.key')}`,
      ...['', 'authentication-', 'authorization-'].map((what) => `--${what}kubeconfig=${kubeconfig}`),
      ...flags,
    ],
    name: guest,
  });
  await child.waitFor('listening', (line) => line.includes('Serving securely') || undefined, 60);
  const ca = await readFile(join(folder, 'ca.crt'), 'utf8');
  return { process: child, port, client: (pair = {}) => newAPIClient({ port, ca, ...pair }) };
}

async function tributary(...args: readonly string[]): Promise<void> {
  const { code, output } = await runCommand([...TRIBUTARY, ...args]);
  if (code !== 0) throw new Error(`tributary ${args.join(' ')} ended with ${code}: ${output}`);
}
