import type { X509Certificate } from 'node:crypto';
import { fingerprintOf } from '../../pki/describe.ts';
import { subjectOf } from '../../pki/subject.ts';
import type { UserInfo } from '../user-info.ts';
import type { Authenticator } from './authenticator.ts';
import {
  type CertificateBundle,
  newClientCertificateVerifier,
  type VerifiedCertificate,
} from './client-certificate.ts';

/**
 * Knows users by their client certificate: common name is the user, organizations are the groups. A certificate without a common name
 * is nobody's. Source: apiserver `pkg/authentication/request/x509`.
 */
export function newX509Authenticator(bundle: CertificateBundle): Authenticator {
  const verify = newClientCertificateVerifier(bundle);
  // One verdict, one user: reading a subject costs more than all the rest of a request that is known.
  const users = new WeakMap<VerifiedCertificate, { readonly user: UserInfo | undefined }>();
  return {
    name: 'x509',
    authenticate(context) {
      const verified = verify(context);
      if (verified === undefined) return undefined;
      const known = users.get(verified);
      if (known !== undefined) return known.user;
      const user = toUser(verified.certificate);
      users.set(verified, { user });
      return user;
    },
  };
}

function toUser(certificate: X509Certificate): UserInfo | undefined {
  const { commonName, organizations } = subjectOf(certificate);
  if (commonName === '') return undefined;
  const extra = { 'authentication.kubernetes.io/credential-id': [`X509SHA256=${fingerprintOf(certificate)}`] };
  return { name: commonName, uid: '', groups: organizations, extra };
}
