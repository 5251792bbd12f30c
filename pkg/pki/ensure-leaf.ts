import type { X509Certificate } from 'node:crypto';
import { dirname } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { isIssuedBy, type CertificateAuthority } from './certificate-authority.ts';
import { isCertificateError } from './certificate-error.ts';
import { usageOIDs, type CertificateUsage } from './certificate-extensions.ts';
import type { CertificatePair } from './certificate-pair.ts';
import { ensurePrivateFolder, sweepTemporaries } from './durable-files.ts';
import { issueDefaults, type IssueOptions } from './issue-options.ts';
import { generateKeyPair, type KeyPair } from './keys.ts';
import { loadPair, replacePair, type PairFiles } from './pair-files.ts';
import { missingNames, namesOf, type SubjectNames } from './subject-names.ts';
import { subjectOf, type Subject } from './subject.ts';
import { renewalTimeOf, validityOf } from './validity.ts';

/** What a serving or client certificate must be to be kept. */
export interface LeafContent {
  readonly subject: Subject;
  readonly names: SubjectNames;
  readonly usages: readonly CertificateUsage[];
}

/** A serving or client certificate in two files. */
export interface LeafOptions extends IssueOptions {
  readonly files: PairFiles;
  readonly content: LeafContent;
  /** May still be in the making: the key is made meanwhile. */
  readonly authority: CertificateAuthority | Promise<CertificateAuthority>;
  /** `always` issues even if the one on disk is good. */
  readonly issue?: 'when-needed' | 'always' | undefined;
}

/** A certificate on disk together with the way to issue its successor. */
export interface IssuedPair {
  readonly files: PairFiles;
  readonly pair: CertificatePair;
  /** Issues another one with a new key and stores it in place of this one. */
  readonly renew: () => Promise<CertificatePair>;
}

/** What is on disk: a pair, or why there is none that can be used. */
type Found = { readonly pair: CertificatePair } | { readonly pair: undefined; readonly fault: Fault };

/** Why a certificate is issued. */
interface Fault {
  readonly kind: 'Created' | 'Reissued';
  readonly reason: string;
}

/** The certificate of two files, issued when there is none that is good for what is wanted; that is reported. */
export async function ensureLeaf(options: LeafOptions): Promise<IssuedPair> {
  const { files, report } = options;
  await ensurePrivateFolder(dirname(files.cert));
  const found = await find(options);
  // begun before the authority is known, so that all keys of a first start are made side by side
  const early = found.pair === undefined ? newKeys(options) : undefined;
  const [authority, keys] = await Promise.all([options.authority, early]);
  const renew = (): Promise<CertificatePair> => issueLeaf(options, authority);

  const fault =
    found.pair === undefined ? found.fault : faultOf(found.pair.certificate, authority.certificate, options);
  if (found.pair !== undefined && fault === undefined) return { files, pair: found.pair, renew };
  const pair = await issueLeaf(options, authority, keys);
  if (fault !== undefined) {
    report({ kind: fault.kind, files: [files.cert, files.key], message: `issued a certificate: ${fault.reason}` });
  }
  return { files, pair, renew };
}

async function find(options: LeafOptions): Promise<Found> {
  if (options.issue === 'always') return unusable('Reissued', 'it was asked for');
  try {
    return { pair: await loadPair(options.files) };
  } catch (error) {
    if (!isCertificateError(error)) throw error;
    return unusable(error.code === 'Missing' ? 'Created' : 'Reissued', error.message);
  }
}

function unusable(kind: Fault['kind'], reason: string): Found {
  return { pair: undefined, fault: { kind, reason } };
}

function outdated(reason: string): Fault {
  return { kind: 'Reissued', reason: `the one before ${reason}` };
}

/** Why a certificate that could be loaded cannot stay. */
function faultOf(certificate: X509Certificate, root: X509Certificate, options: LeafOptions): Fault | undefined {
  const { clock, content } = options;
  const now = clock.now();
  const { notBefore, notAfter } = validityOf(certificate);
  if (!isIssuedBy(certificate, root)) return outdated('was signed by another certificate authority');
  if (now < notBefore) return outdated(`is not valid before ${certificate.validFromDate.toISOString()}`);
  if (now >= notAfter) return outdated(`has expired on ${certificate.validToDate.toISOString()}`);
  if (now >= renewalTimeOf(certificate)) return outdated('has passed two thirds of its life');
  const missing = missingNames(content.names, namesOf(certificate));
  if (missing.length > 0) return outdated(`is not for ${missing.join(', ')}`);
  // the common name of a serving certificate means nothing
  const isClient = content.usages.includes('clientAuth');
  if (isClient && !isDeepStrictEqual(subjectOf(certificate), content.subject)) return outdated('has another subject');
  const usages: readonly string[] = certificate.keyUsage ?? [];
  if (!content.usages.every((usage) => usages.includes(usageOIDs[usage]))) return outdated('is for another usage');
  return undefined;
}

async function issueLeaf(
  options: LeafOptions,
  authority: CertificateAuthority,
  keys?: KeyPair,
): Promise<CertificatePair> {
  const { files, content, clock } = options;
  const lifetime = options.lifetime ?? issueDefaults.lifetime;
  const pair = await authority.issue({ ...content, lifetime, keys: keys ?? (await newKeys(options)) });
  await replacePair(files, pair);
  await Promise.all([files.cert, files.key].map((file) => sweepTemporaries(file, clock.now())));
  return pair;
}

function newKeys(options: LeafOptions): Promise<KeyPair> {
  return generateKeyPair(options.keyAlgorithm ?? issueDefaults.keyAlgorithm);
}
