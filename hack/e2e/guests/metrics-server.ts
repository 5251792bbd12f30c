import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Test } from 'tap';
import { ROOT } from '../../lib/files.ts';
import { freePort } from '../harness/free-port.ts';
import type { Kubectl } from '../harness/kubectl.ts';
import { type GoServer, startGoServer } from './go-server.ts';

/** Registers metrics-server behind a core Service, and starts it with a token of its service account. */
export async function startMetricsServer(t: Test, kubectl: Kubectl, dataDir: string): Promise<GoServer> {
  const port = await freePort();
  const manifests = await readFile(join(ROOT, 'hack/e2e/guests/metrics-server/manifests.yaml'), 'utf8');
  await kubectl.ok(['apply', '-f', '-'], manifests.replaceAll('port: 9443', `port: ${port}`));
  return startGoServer(t, {
    guest: 'metrics-server',
    dataDir,
    service: 'metrics-server',
    namespace: 'kube-system',
    port,
    identity: ['--service-account=kube-system/metrics-server', '--duration=7200'],
    // It looks at nodes no more often than its questions to them may take.
    flags: ['--metric-resolution=15s'],
  });
}
