import type { X509Certificate } from 'node:crypto';
import { fingerprintOf } from '../../pki/describe.ts';
import { subjectOf } from '../../pki/subject.ts';
import type { UserInfo } from '../user-info.ts';
import type { Authenticator } from './authenticator.ts';
import { type CertificateBundle, connectionOf, verifyClientCertificate } from './client-certificate.ts';

/**
 * Knows users by their client certificate: common name is the user, organizations are the groups. The verdict, also that there is no
 * certificate, is kept per connection until the bundle changes or the certificate expires. Source: apiserver
 * `pkg/authentication/request/x509`.
 */
export function newX509Authenticator(bundle: CertificateBundle): Authenticator {
  const known = new WeakMap<object, Known>();
  return {
    name: 'x509',
    authenticate(context) {
      const connection = connectionOf(context);
      if (connection === undefined) return undefined;
      const cached = known.get(connection);
      const authorities = bundle.certificates();
      if (cached?.authorities === authorities && context.receivedAt < cached.until) return cached.user;
      const verified = verifyClientCertificate(context, bundle);
      const user = verified === undefined ? undefined : toUser(verified.certificate);
      // A connection shows its certificate when it begins, or never.
      known.set(connection, { user, authorities, until: verified?.validUntil ?? Infinity });
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

interface Known {
  readonly user: UserInfo | undefined;
  readonly authorities: readonly unknown[];
  readonly until: number;
}
