import { link, lstat, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CertificateError } from './certificate-error.ts';
import { parseCertificatePair, type CertificatePair } from './certificate-pair.ts';
import { listTemporaries, moveIntoPlace, syncFolder, writeTemporary } from './durable-files.ts';

/** Where a pair lies. Both files are in one folder. */
export interface PairFiles {
  readonly cert: string;
  readonly key: string;
}

/** Loads a pair. Throws `CertificateError` naming the files: `Missing`, `Unreadable`, `Corrupt` or `Mismatch`. */
export async function loadPair(files: PairFiles): Promise<CertificatePair> {
  const [certPEM, keyPEM] = await Promise.all([readPEM(files.cert), readPEM(files.key)]);
  try {
    return parseCertificatePair(certPEM, keyPEM);
  } catch (cause) {
    throw named(cause, [files.cert, files.key]);
  }
}

/**
 * Stores a pair in place of another one. A crash between the two renames leaves a new key beside an old certificate, which
 * `loadPair` refuses as a mismatch: whoever can issue anew does.
 */
export async function replacePair(files: PairFiles, pair: CertificatePair): Promise<void> {
  const key = await writeTemporary(files.key, pair.keyPEM);
  const cert = await writeTemporary(files.cert, pair.certPEM);
  await moveIntoPlace(key, files.key);
  await moveIntoPlace(cert, files.cert);
  await syncFolder(dirname(files.cert));
}

/**
 * Stores a pair that must never be replaced, unless another process has done so first; answers whether this one did.
 *
 * The certificate is on the disk under a temporary name before the key appears, and the key appears by `link`, which fails
 * where a key is already. So a crash at any point leaves either nothing or what `recoverPair` completes.
 */
export async function createPair(
  files: PairFiles,
  pair: CertificatePair,
  linkFile: typeof link = link,
): Promise<boolean> {
  const cert = await writeTemporary(files.cert, pair.certPEM);
  const key = await writeTemporary(files.key, pair.keyPEM);
  await syncFolder(dirname(files.cert));
  const created = await linkNew(key, files.key, linkFile);
  if (created) await renameOnce(cert, files.cert);
  await Promise.all([key, cert].map((temporary) => rm(temporary, { force: true })));
  await syncFolder(dirname(files.cert));
  return created;
}

/** Completes a pair whose creation was interrupted; answers whether there was something to complete. */
export async function recoverPair(files: PairFiles): Promise<boolean> {
  if ((await exists(files.cert)) || !(await exists(files.key))) return false;
  const keyPEM = await readPEM(files.key);
  for (const temporary of await listTemporaries(files.cert)) {
    // gone already when the process that creates the pair is still at it
    const certPEM = await readFile(temporary, 'utf8').catch(() => '');
    if (!matches(certPEM, keyPEM)) continue;
    await renameOnce(temporary, files.cert);
    await syncFolder(dirname(files.cert));
    return true;
  }
  return false;
}

/** Tells whether neither file of a pair exists. */
export async function isPairAbsent(files: PairFiles): Promise<boolean> {
  return !(await exists(files.cert)) && !(await exists(files.key));
}

function matches(certPEM: string, keyPEM: string): boolean {
  try {
    parseCertificatePair(certPEM, keyPEM);
    return true;
  } catch {
    // a torn file, or one that belongs to another attempt
    return false;
  }
}

/** Two processes may complete the same pair; the second finds it done. */
async function renameOnce(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (!(await exists(to))) throw error;
  }
}

async function linkNew(from: string, to: string, linkFile: typeof link): Promise<boolean> {
  try {
    await linkFile(from, to);
    return true;
  } catch (error) {
    const code = errorCodeOf(error);
    if (code === 'EEXIST') return false;
    // FAT, some network and container file systems have no links; there a second process could slip in between
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'EOPNOTSUPP' && code !== 'ENOSYS') throw error;
    if (await exists(to)) return false;
    await rename(from, to);
    return true;
  }
}

async function readPEM(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    const missing = errorCodeOf(cause) === 'ENOENT';
    const text = missing ? `${file} does not exist` : `${file} cannot be read`;
    throw new CertificateError(missing ? 'Missing' : 'Unreadable', text, { files: [file], cause });
  }
}

/** A link that leads nowhere exists: what it stands for may be mounted later and must not be taken for absent. */
async function exists(file: string): Promise<boolean> {
  try {
    await lstat(file);
    return true;
  } catch (error) {
    if (errorCodeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

function named(cause: unknown, files: readonly string[]): unknown {
  if (!(cause instanceof CertificateError)) return cause;
  return new CertificateError(cause.code, `${files.join(' and ')}: ${cause.message}`, { files, cause });
}

function errorCodeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | undefined)?.code;
}
