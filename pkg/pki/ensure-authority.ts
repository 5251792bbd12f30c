import { dirname } from 'node:path';
import {
  checkValidity,
  newAuthorityPair,
  newCertificateAuthority,
  type CertificateAuthority,
} from './certificate-authority.ts';
import { CertificateError, type CertificateErrorCode } from './certificate-error.ts';
import type { CertificatePair } from './certificate-pair.ts';
import { ensurePrivateFolder, sweepTemporaries } from './durable-files.ts';
import { issueDefaults, type IssueOptions } from './issue-options.ts';
import { createPair, isPairAbsent, loadPair, recoverPair, type PairFiles } from './pair-files.ts';
import { renewalTimeOf } from './validity.ts';

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
    checkValidity(authority.certificate, clock.now());
    reportEnd(authority, options);
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

/** Warns in time, because only people can replace a root. */
function reportEnd({ certificate }: CertificateAuthority, { files, clock, report }: AuthorityOptions): void {
  if (clock.now() < renewalTimeOf(certificate)) return;
  const end = certificate.validToDate.toISOString();
  const message = `the certificate authority expires on ${end}; plan to replace it and to issue everything again`;
  report({ kind: 'Expiring', files: [files.cert], message });
}

function withAdvice(cause: CertificateError, files: PairFiles): CertificateError {
  const text = `the certificate authority ${files.cert} with ${files.key} cannot be used: ${cause.message}`;
  return new CertificateError(cause.code, `${text}. ${adviceFor(cause.code)}`, {
    files: [files.cert, files.key],
    cause,
  });
}

function adviceFor(code: CertificateErrorCode): string {
  if (code === 'Unreadable') return 'Give this user the right to read both files.';
  if (code === 'NotYetValid') return 'Is the clock of this machine right?';
  const replace =
    'remove both to start with a new certificate authority: every certificate and kubeconfig file issued so far is then ' +
    'refused and must be issued again.';
  return code === 'Expired' ? `To go on, ${replace}` : `Restore both files from a backup, or ${replace}`;
}
