import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Test } from 'tap';
import { ROOT } from '../../lib/files.ts';

const SHARED = ['apis', 'pkg', 'cmd', 'examples', 'hack', 'node_modules', 'package.json', 'tsconfig.json'];

/**
 * A folder that looks like a fresh checkout after `npm ci`, with this one's sources and an empty `tmp-storage`, so that commands
 * of the README can run as they stand without touching what a developer has.
 */
export async function newCheckout(t: Test): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tributary-checkout-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  await Promise.all(SHARED.map((name) => symlink(join(ROOT, name), join(folder, name))));
  await mkdir(join(folder, 'tmp-storage'));
  return folder;
}
