import { access } from 'node:fs/promises';
import { resolve } from 'node:path';
import { UsageError } from '../usage-error.ts';

/** The file or folder of `--manifests`, absolute. Throws a `UsageError` when it is not there: later it may come and go. */
export async function findManifests(path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined;
  try {
    await access(path);
  } catch (error) {
    throw new UsageError(`--manifests: ${path} cannot be read: ${(error as Error).message}`);
  }
  return resolve(path);
}
