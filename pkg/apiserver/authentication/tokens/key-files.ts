import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CertificateError } from '../../../pki/certificate-error.ts';
import { ensurePrivateFolder, writeFileDurably } from '../../../pki/durable-files.ts';
import { generateKeyPair, toKeyPEM } from '../../../pki/keys.ts';
import { openReloadedFiles, type ReloadedFiles, type ReloadedFilesOptions } from '../../../pki/reloaded-files.ts';
import { parseSigningKey, parseTokenKeys, parseVerificationKeys, type TokenKeys, toPublicPEM } from './token-keys.ts';

/** Where the keys for tokens of service accounts are. */
export interface TokenKeyFiles {
  /** PEM file of the private key to sign with. */
  readonly signing: string;
  /** PEM files of further keys that are accepted. */
  readonly accepted: readonly string[];
}

/** The files that a gateway makes for itself. */
export function ownTokenKeyFiles(dataDir: string): TokenKeyFiles {
  const folder = join(dataDir, 'pki');
  return { signing: join(folder, 'service-account.key'), accepted: [join(folder, 'service-account.pub')] };
}

/**
 * Makes a signing key unless there is one, and notes its public half among the accepted ones, in front. So a key is rotated by removing
 * its file: tokens of the old one stay valid until its block is taken out of the other file. Throws a `CertificateError` that names the
 * file.
 */
export async function ensureTokenKeyFiles({ signing, accepted: [list = ''] }: TokenKeyFiles): Promise<void> {
  await ensurePrivateFolder(dirname(signing));
  let pem = await tryRead(signing);
  if (pem === undefined) {
    pem = toKeyPEM((await generateKeyPair('ecdsa-p256')).privateKey);
    await writeFileDurably(signing, pem);
  }
  const signer = parse(signing, () => parseSigningKey(pem));
  const known = await tryRead(list);
  const keys = known === undefined ? [] : parse(list, () => parseVerificationKeys(known));
  if (keys.some(({ id }) => id === signer.id)) return;
  await writeFileDurably(list, `${toPublicPEM(signer)}${known ?? ''}`);
}

/** How files are followed. */
export type FollowOptions = Omit<ReloadedFilesOptions<unknown>, 'files' | 'parse'>;

/** Loads the keys, and follows changes of the files while `run` runs. Throws a `CertificateError` when they are no good now. */
export function openTokenKeys(
  { signing, accepted }: TokenKeyFiles,
  options: FollowOptions,
): Promise<ReloadedFiles<TokenKeys>> {
  return openReloadedFiles({
    ...options,
    files: [signing, ...accepted],
    parse: ([signer = '', ...others]) => parseTokenKeys(signer, others),
  });
}

async function tryRead(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new CertificateError('Unreadable', (cause as Error).message, { files: [path], cause });
  }
}

function parse<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new CertificateError('Corrupt', `${path}: ${(cause as Error).message}`, { files: [path], cause });
  }
}
