import { subjectOf } from '../../pki/subject.ts';
import type { RequestContext } from '../request-context.ts';
import type { UserInfo } from '../user-info.ts';
import { AuthenticationError } from './authentication-error.ts';
import type { Authenticator } from './authenticator.ts';
import { type CertificateBundle, newClientCertificateVerifier } from './client-certificate.ts';
import { type DistinctHeaders, readDistinct, readExtra } from './header-lines.ts';

/** Headers in which a proxy says whom it speaks for; names in any case. */
export interface FrontProxyHeaders {
  /** The first that is there and not empty is the name (Go: `--requestheader-username-headers`). */
  readonly username: readonly string[];
  /** The same for the UID (Go: `--requestheader-uid-headers`). */
  readonly uid: readonly string[];
  /** All values of all of them are groups (Go: `--requestheader-group-headers`). */
  readonly group: readonly string[];
  /** Prefixes of headers whose rest is a key of `extra` (Go: `--requestheader-extra-headers-prefix`). */
  readonly extraPrefix: readonly string[];
}

/** What kube-aggregator, and this gateway, send. */
export const standardFrontProxyHeaders: FrontProxyHeaders = {
  username: ['X-Remote-User'],
  uid: ['X-Remote-Uid'],
  group: ['X-Remote-Group'],
  extraPrefix: ['X-Remote-Extra-'],
};

/** Which proxy is believed. */
export interface FrontProxyOptions {
  /** CAs of the proxy's client certificate (Go: `--requestheader-client-ca-file`). */
  readonly bundle: CertificateBundle;
  /** Common names that are believed; empty for every one (Go: `--requestheader-allowed-names`). */
  readonly allowedNames: readonly string[];
  /** Default: the standard ones. */
  readonly headers?: FrontProxyHeaders;
}

/**
 * Believes the identity headers of a proxy that proves itself by its client certificate. Without a user name the request is not the
 * proxy's, and its certificate is left to the other authenticators. Source: apiserver `pkg/authentication/request/headerrequest`.
 */
export function newFrontProxyAuthenticator(options: FrontProxyOptions): Authenticator {
  const { bundle, allowedNames } = options;
  const verify = newClientCertificateVerifier(bundle);
  const headers = toLowerCase(options.headers ?? standardFrontProxyHeaders);
  const isIdentity = newIdentityHeaderTest(headers);
  return {
    name: 'front-proxy',
    ownsHeader: isIdentity,
    authenticate(context) {
      if (!namesUser(context, headers)) return undefined;
      const lines = readDistinct(context.request, isIdentity);
      const name = firstValue(lines, headers.username);
      if (name === '') return undefined;
      const verified = verify(context);
      if (verified === undefined) return undefined;
      const { commonName } = subjectOf(verified.certificate);
      if (allowedNames.length > 0 && !allowedNames.includes(commonName)) {
        throw new AuthenticationError(`x509: subject with cn=${commonName} is not in the allowed list`);
      }
      return toUser(name, lines, headers);
    },
  };
}

/** Tells, by lower-case name, which headers say who a user is. */
export function newIdentityHeaderTest(headers: FrontProxyHeaders): (lowerName: string) => boolean {
  const { username, uid, group, extraPrefix } = toLowerCase(headers);
  const names = new Set([...username, ...uid, ...group]);
  return (name) => names.has(name) || extraPrefix.some((prefix) => name.startsWith(prefix));
}

function namesUser({ request }: RequestContext, { username }: FrontProxyHeaders): boolean {
  return username.some((name) => request.headers[name] !== undefined);
}

function toUser(name: string, lines: DistinctHeaders, { uid, group, extraPrefix }: FrontProxyHeaders): UserInfo {
  return {
    name,
    uid: firstValue(lines, uid),
    groups: group.flatMap((each) => lines[each] ?? []).filter((each) => each !== ''),
    extra: readExtra(lines, extraPrefix),
  };
}

/** The first value that is not empty; empty when there is none. */
function firstValue(lines: DistinctHeaders, names: readonly string[]): string {
  return names.flatMap((name) => lines[name] ?? []).find((value) => value !== '') ?? '';
}

function toLowerCase({ username, uid, group, extraPrefix }: FrontProxyHeaders): FrontProxyHeaders {
  const lower = (names: readonly string[]): string[] => names.map((name) => name.toLowerCase());
  return { username: lower(username), uid: lower(uid), group: lower(group), extraPrefix: lower(extraPrefix) };
}
