import { dirname } from 'node:path';
import { ensurePrivateFolder, writeFileIfChanged } from '../pki/durable-files.ts';
import { toKubeconfigYAML } from './to-kubeconfig-yaml.ts';
import type { Kubeconfig } from './types.ts';

/**
 * Writes a kubeconfig (mode 0600, at once or not at all, on the disk when the promise resolves) unless the file has this content
 * already; answers whether it was written. A folder that does not exist is made for its owner only.
 */
export async function writeKubeconfig(path: string, config: Kubeconfig): Promise<boolean> {
  await ensurePrivateFolder(dirname(path));
  return writeFileIfChanged(path, toKubeconfigYAML(config));
}
