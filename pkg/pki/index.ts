/**
 * Certificates: authorities, issuing, renewal and reload.
 *
 * @module
 */
export type { AuthorityRequest, CertificateAuthority, CertificateRequest } from './certificate-authority.ts';
export { newAuthorityPair, newCertificateAuthority } from './certificate-authority.ts';
export type { CertificateErrorCode } from './certificate-error.ts';
export { CertificateError, isCertificateError } from './certificate-error.ts';
export type { CertificateEvent, CertificateEventKind, ReportCertificateEvent } from './certificate-event.ts';
export type { CertificateBundle, FollowOptions } from './certificate-files.ts';
export { openCertificateBundle, openCertificateFiles } from './certificate-files.ts';
export type { CertificatePair } from './certificate-pair.ts';
export { parseCertificatePair } from './certificate-pair.ts';
export type { CertificateRotator, RotatorOptions } from './certificate-rotator.ts';
export { newCertificateRotator } from './certificate-rotator.ts';
export type { KeyAlgorithm } from './keys.ts';
export { clientContent, servingContent } from './leaf-content.ts';
export type { Source } from './published.ts';
export { followSecureContext, toSecureContextOptions } from './secure-context.ts';
export type { ServicePair, ServicePairOptions } from './service-pair.ts';
export { issueServicePair } from './service-pair.ts';
