import type { X509Certificate } from 'node:crypto';
import { parseCertificatePair, type CertificatePair } from './certificate-pair.ts';
import type { PairFiles } from './pair-files.ts';
import { parseCertificates } from './pem.ts';
import { openReloadedFiles, type ReloadedFiles, type ReloadedFilesOptions } from './reloaded-files.ts';

/** How user-given files are followed. */
export type FollowOptions = Omit<ReloadedFilesOptions<unknown>, 'files' | 'parse'>;

/** The certificates that something is verified against. */
export interface CertificateBundle {
  readonly pem: string;
  /** At least one. */
  readonly certificates: readonly X509Certificate[];
}

/** Follows a user's pair (`--tls-cert-file` and `--tls-private-key-file`). Throws `CertificateError` when it is no good now. */
export function openCertificateFiles(
  files: PairFiles,
  options: FollowOptions,
): Promise<ReloadedFiles<CertificatePair>> {
  return openReloadedFiles({
    ...options,
    files: [files.cert, files.key],
    parse: ([cert = '', key = '']) => parseCertificatePair(cert, key),
  });
}

/** Follows a user's bundle (`--client-ca-file`). Throws `CertificateError` when it is no good now. */
export function openCertificateBundle(file: string, options: FollowOptions): Promise<ReloadedFiles<CertificateBundle>> {
  return openReloadedFiles({
    ...options,
    files: [file],
    parse: ([pem = '']) => ({ pem, certificates: parseCertificates(pem) }),
  });
}
