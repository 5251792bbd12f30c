import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { API, bearer } from './api.ts';
import type { BenchContext } from './bench.ts';
import { freePort } from './free-port.ts';
import { startProcess } from './processes.ts';
import { configMaps, type Server } from './server.ts';

/** Starts etcd and kube-apiserver of a folder, both on the core for what is measured; `undefined` when no folder was given. */
export async function startKubeAPIServer(context: BenchContext): Promise<Server | undefined> {
  const { peers } = context;
  if (peers === undefined) return undefined;
  for (const name of ['etcd', 'kube-apiserver']) {
    if (!existsSync(join(peers, name))) throw new Error(`--peers: ${peers} has no ${name}`);
  }
  const etcd = await startEtcd(context, join(peers, 'etcd'));
  const folder = await context.newFolder('kube-apiserver');
  const token = randomBytes(16).toString('hex');
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const keyFile = join(folder, 'sa.key');
  await writeFile(keyFile, privateKey, { mode: 0o600 });
  const tokenFile = join(folder, 'tokens.csv');
  await writeFile(tokenFile, `${token},bench,bench,"system:masters"\n`, { mode: 0o600 });
  const port = await freePort();
  const running = await startProcess(context.scope, {
    name: 'kube-apiserver',
    place: 'measured',
    command: [
      join(peers, 'kube-apiserver'),
      `--etcd-servers=${etcd}`,
      '--bind-address=127.0.0.1',
      '--advertise-address=127.0.0.1',
      `--secure-port=${port}`,
      `--cert-dir=${folder}`,
      `--token-auth-file=${tokenFile}`,
      '--authorization-mode=RBAC',
      '--service-account-issuer=https://bench.invalid',
      `--service-account-key-file=${keyFile}`,
      `--service-account-signing-key-file=${keyFile}`,
      '--service-cluster-ip-range=10.0.0.0/24',
    ],
    parseReady: (line) => (line.includes('Serving securely on') ? line : undefined),
  });
  const api = new API(`https://127.0.0.1:${port}`, bearer(token));
  context.scope.defer(() => api.close());
  await untilReady(api);
  return { name: 'kube-apiserver', pid: running.pid, api, objects: configMaps };
}

async function startEtcd(context: BenchContext, binary: string): Promise<string> {
  const [client, peer] = [await freePort(), await freePort()];
  const address = `http://127.0.0.1:${client}`;
  const peerAddress = `http://127.0.0.1:${peer}`;
  await startProcess(context.scope, {
    name: 'etcd',
    place: 'measured',
    command: [
      binary,
      `--data-dir=${await context.newFolder('etcd')}`,
      `--listen-client-urls=${address}`,
      `--advertise-client-urls=${address}`,
      `--listen-peer-urls=${peerAddress}`,
      `--initial-advertise-peer-urls=${peerAddress}`,
      `--initial-cluster=default=${peerAddress}`,
    ],
    parseReady: (line) => (line.includes('ready to serve client requests') ? line : undefined),
  });
  return address;
}

/** Ready means that objects can be created: the namespace `default` appears a moment after the listener. */
async function untilReady(api: API): Promise<void> {
  const deadline = performance.now() + 120_000;
  for (;;) {
    const answer = await api.ask('/api/v1/namespaces/default').catch(() => undefined);
    if (answer?.status === 200) return;
    if (performance.now() > deadline) throw new Error(`kube-apiserver is not ready: ${answer?.body.toString()}`);
    await pause(200);
  }
}
