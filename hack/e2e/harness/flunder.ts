import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Test } from 'tap';
import { ROOT } from '../../lib/files.ts';
import { runCommand } from '../../lib/run-command.ts';
import { freePort } from './free-port.ts';
import { TRIBUTARY } from './gateway.ts';
import { type RunningProcess, startProcess } from './process.ts';

/** The example service in a process of its own. */
export interface Flunder {
  readonly port: number;
  /** Registers it, as `kubectl apply -f -` takes it. */
  readonly manifests: string;
  /** Objects of its kinds. */
  readonly objects: string;
  /** Starts it, again after an end, on the same port and with the objects that it had. */
  readonly start: () => Promise<RunningProcess>;
}

/** Prepares the example service for a gateway: a certificate, a port, and manifests that name it. */
export async function newFlunder(t: Test, dataDir: string): Promise<Flunder> {
  const issued = await runCommand([
    ...TRIBUTARY,
    'certs',
    'issue',
    'flunder',
    '--namespace=default',
    `--data-dir=${dataDir}`,
  ]);
  if (issued.code !== 0) throw new Error(`certs issue ended with ${issued.code}: ${issued.output}`);
  const port = await freePort();
  const folder = join(dataDir, 'services/flunder');
  const example = join(ROOT, 'examples/flunder');
  const manifests = await readFile(join(example, 'manifests.yaml'), 'utf8');
  return {
    port,
    manifests: manifests.replaceAll(/port: \d+/g, `port: ${port}`),
    objects: await readFile(join(example, 'objects.yaml'), 'utf8'),
    start: async () => {
      const flags = [`--port=${port}`, `--cert-dir=${folder}`, `--storage=${join(folder, 'registry')}`];
      const command = [process.execPath, '--conditions=tributary-source', 'examples/flunder/main.ts', ...flags];
      const child = startProcess(t, { command, name: 'flunder' });
      await child.waitFor('being ready', (line) => (line.includes('flunder is ready') ? true : undefined));
      return child;
    },
  };
}
