import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Test } from 'tap';
import { ROOT } from '../../lib/files.ts';
import { freePort } from '../harness/free-port.ts';
import { startEtcd } from './etcd.ts';
import { type GoServer, startGoServer } from './go-server.ts';

/** The sample API server of Kubernetes, with an etcd of its own, not running yet. */
export interface SampleServer {
  readonly port: number;
  /** Registers it and gives it its rights, as `kubectl apply -f -` takes them. */
  readonly manifests: string;
  readonly start: () => Promise<GoServer>;
}

/** Gives it a port and an etcd; default admission plugins, and priority and fairness, as they come. */
export async function newSampleServer(t: Test, dataDir: string): Promise<SampleServer> {
  const [port, etcd] = [await freePort(), await startEtcd(t)];
  const manifests = await readFile(join(ROOT, 'examples/sample-apiserver/manifests.yaml'), 'utf8');
  return {
    port,
    manifests: manifests.replaceAll('port: 8443', `port: ${port}`),
    start: () =>
      startGoServer(t, {
        guest: 'sample-apiserver',
        dataDir,
        service: 'api',
        namespace: 'wardle',
        port,
        identity: ['--service=api'],
        flags: [`--etcd-servers=${etcd}`],
      }),
  };
}
