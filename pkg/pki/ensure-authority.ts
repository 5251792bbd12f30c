import { dirname } from 'node:path';
import { newAuthorityPair, newCertificateAuthority, type CertificateAuthority } from './certificate-authority.ts';
import { CertificateError } from './certificate-error.ts';
import type { CertificatePair } from './certificate-pair.ts';
import { ensurePrivateFolder, sweepTemporaries } from './durable-files.ts';
import { issueDefaults, type IssueOptions } from './issue-options.ts';
import { createPair, isPairAbsent, loadPair, recoverPair, type PairFiles } from './pair-files.ts';
import { renewalTimeOf, validityOf } from './validity.ts';

/** Where a certificate authority lies, and its name when it has to be made. */
export interface AuthorityOptions extends IssueOptions {
  readonly files: PairFiles;
  readonly commonName: string;
}

/**
 * The certificate authority of two files; the first call makes it. One that is there and cannot be used is never replaced,
 * because everything that trusts it would break: the `CertificateError` names the files and says what to do.
 */
export async function ensureAuthority(options: AuthorityOptions): Promise<CertificateAuthority> {
  const { files, clock } = options;
  await ensurePrivateFolder(dirname(files.cert));
  try {
    const root = (await isPairAbsent(files)) ? await createRoot(options) : await loadRoot(options);
    const authority = newCertificateAuthority(root, clock);
    checkValidity(authority, options);
    await Promise.all([files.cert, files.key].map((file) => sweepTemporaries(file, clock.now())));
    return authority;
  } catch (cause) {
    throw cause instanceof CertificateError ? withAdvice(cause, files) : cause;
  }
}

async function createRoot(options: AuthorityOptions): Promise<CertificatePair> {
  const { files, commonName, clock, report, keyAlgorithm } = options;
  const lifetime = options.authorityLifetime ?? issueDefaults.authorityLifetime;
  const root = await newAuthorityPair({ commonName, lifetime, clock, keyAlgorithm });
  // another process was quicker: its authority is the one
  if (!(await createPair(files, root))) return loadRoot(options);
  report({ kind: 'Created', files: [files.cert, files.key], message: `made the certificate authority ${commonName}` });
  return root;
}

async function loadRoot(options: AuthorityOptions): Promise<CertificatePair> {
  const { files, report } = options;
  if (await recoverPair(files)) {
    report({ kind: 'Recovered', files: [files.cert], message: 'finished making a certificate authority' });
  }
  return loadPair(files);
}

function checkValidity(authority: CertificateAuthority, options: AuthorityOptions): void {
  const { files, clock, report } = options;
  const { certificate } = authority;
  const now = clock.now();
  const { notBefore, notAfter } = validityOf(certificate);
  if (now < notBefore) {
    const start = certificate.validFromDate.toISOString();
    throw new CertificateError('OutsideValidity', `is not valid before ${start}; is the clock of this machine right?`);
  }
  const end = certificate.validToDate.toISOString();
  if (now >= notAfter) throw new CertificateError('OutsideValidity', `has expired on ${end}`);
  if (now < renewalTimeOf(certificate)) return;
  const message = `the certificate authority expires on ${end}; plan to replace it and to issue everything again`;
  report({ kind: 'Expiring', files: [files.cert], message });
}

function withAdvice(cause: CertificateError, files: PairFiles): CertificateError {
  const advice =
    cause.code === 'Unreadable'
      ? 'Give this user the right to read it.'
      : 'Restore both files from a backup, or remove both to start with a new certificate authority: ' +
        'every certificate and kubeconfig file issued so far is then refused and must be issued again.';
  const text = `the certificate authority ${files.cert} with ${files.key} cannot be used: ${cause.message}. ${advice}`;
  return new CertificateError(cause.code, text, { files: [files.cert, files.key], cause });
}
