import type { Test } from 'tap';
import { freePort } from '../harness/free-port.ts';
import { newDataDir } from '../harness/gateway.ts';
import { startProcess } from '../harness/process.ts';
import { buildGuest } from './programs.ts';

/** Starts an etcd with an empty folder and gives its URL. */
export async function startEtcd(t: Test): Promise<string> {
  const { path } = await buildGuest('etcd');
  const [folder, port, peers] = [await newDataDir(t), await freePort(), await freePort()];
  const url = `http://127.0.0.1:${port}`;
  const own = `http://127.0.0.1:${peers}`;
  const child = startProcess(t, {
    command: [
      path,
      `--data-dir=${folder}`,
      `--listen-client-urls=${url}`,
      `--advertise-client-urls=${url}`,
      `--listen-peer-urls=${own}`,
      `--initial-advertise-peer-urls=${own}`,
      `--initial-cluster=default=${own}`,
      // Nothing of this outlives the test.
      '--unsafe-no-fsync',
    ],
    name: 'etcd',
  });
  await child.waitFor('being ready', (line) => line.includes('ready to serve client requests') || undefined, 60);
  return url;
}
