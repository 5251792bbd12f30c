import { join } from 'node:path';
import type { Test } from 'tap';
import { runCommand } from '../../lib/run-command.ts';
import { freePort } from './free-port.ts';
import { TRIBUTARY } from './gateway.ts';
import type { Kubectl } from './kubectl.ts';
import { type RunningProcess, startProcess } from './process.ts';
import { toManifests } from './registration.ts';

/** The server with streams (`hack/e2e/clients/go/shells`), which can be ended and started again on its port. */
export interface Shells {
  readonly start: () => Promise<RunningProcess>;
  /** Ends it by SIGKILL. */
  readonly kill: () => Promise<unknown>;
}

/** Issues it a certificate, starts it, and registers it at `exec.example.com/v1`. */
export async function startShells(
  t: Test,
  { path, dataDir, kubectl }: { readonly path: string; readonly dataDir: string; readonly kubectl: Kubectl },
): Promise<Shells> {
  const issue = ['certs', 'issue', 'exec', '--namespace=default', `--data-dir=${dataDir}`];
  const { code, output } = await runCommand([...TRIBUTARY, ...issue]);
  if (code !== 0) throw new Error(`certs issue ended with ${code}: ${output}`);
  const port = await freePort();
  const file = (name: string): string => join(dataDir, 'services/exec', name);
  const start = async (): Promise<RunningProcess> => {
    const flags = [
      `-port=${port}`,
      `-tls-cert-file=${file('tls.crt')}`,
      `-tls-private-key-file=${file('tls.key')}`,
      `-client-ca-file=${file('front-proxy-ca.crt')}`,
    ];
    const child = startProcess(t, { command: [path, ...flags], name: 'shells' });
    await child.waitFor('being ready', (line) => line === 'shells is ready' || undefined);
    return child;
  };
  let child = await start();
  await kubectl.ok(['apply', '-f', '-'], toManifests({ group: 'exec.example.com', host: 'localhost', port }));
  await kubectl.ok(['wait', '--for=condition=Available', '--timeout=30s', 'apiservice/v1.exec.example.com']);
  return { start: async () => (child = await start()), kill: () => child.kill() };
}
