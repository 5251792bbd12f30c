import { subjectOf } from '../../pki/subject.ts';
import type { RequestContext } from '../request-context.ts';
import { AuthenticationError, type Authenticator } from './authenticator.ts';
import { type CertificateBundle, verifyClientCertificate } from './client-certificate.ts';

/** Which proxy is believed. */
export interface FrontProxyOptions {
  /** CAs of the proxy's client certificate (Go: `--requestheader-client-ca-file`). */
  readonly bundle: CertificateBundle;
  /** Common names that are believed; empty for every one (Go: `--requestheader-allowed-names`). */
  readonly allowedNames: readonly string[];
}

const extraPrefix = 'x-remote-extra-';

/**
 * Believes the identity headers of a proxy that proves itself by its client certificate. Without `X-Remote-User` the request is not
 * the proxy's, and its certificate is left to the other authenticators. Source: apiserver `pkg/authentication/request/headerrequest`.
 */
export function newFrontProxyAuthenticator({ bundle, allowedNames }: FrontProxyOptions): Authenticator {
  return {
    name: 'front-proxy',
    authenticate(context) {
      const headers = readDistinct(context);
      const name = headers['x-remote-user']?.find((value) => value !== '');
      if (name === undefined) return undefined;
      const verified = verifyClientCertificate(context, bundle);
      if (verified === undefined) return undefined;
      const { commonName } = subjectOf(verified.certificate);
      if (allowedNames.length > 0 && !allowedNames.includes(commonName)) {
        throw new AuthenticationError(`x509: subject with cn=${commonName} is not in the allowed list`);
      }
      return {
        name: decodeText(name),
        uid: decodeText(headers['x-remote-uid']?.find((value) => value !== '') ?? ''),
        groups: (headers['x-remote-group'] ?? []).map((group) => decodeText(group)),
        extra: readExtra(headers),
      };
    },
  };
}

type DistinctHeaders = { readonly [name: string]: readonly string[] | undefined };

/** Repeated fields stay apart only in the raw list: joined by a comma, one group named `a, b` would be two. */
function readDistinct({ request }: RequestContext): DistinctHeaders {
  const distinct: Record<string, string[]> = Object.create(null) as Record<string, string[]>;
  const { rawHeaders } = request;
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = (rawHeaders[i] ?? '').toLowerCase();
    (distinct[name] ??= []).push(rawHeaders[i + 1] ?? '');
  }
  return distinct;
}

function readExtra(headers: DistinctHeaders): Record<string, string[]> {
  // Two spellings of a key are one key.
  const extra = new Map<string, string[]>();
  for (const [name, values] of Object.entries(headers)) {
    if (!name.startsWith(extraPrefix)) continue;
    const key = decodeKey(name.slice(extraPrefix.length));
    extra.set(key, [...(extra.get(key) ?? []), ...(values ?? []).map((value) => decodeText(value))]);
  }
  return Object.fromEntries(extra);
}

/** Keys are percent-encoded where a header name cannot carry them. */
function decodeKey(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    // What is no encoding is taken as it is, as upstream does.
    return key;
  }
}

/** Header values are bytes; Node gives them as latin1, Kubernetes means UTF-8. */
function decodeText(value: string): string {
  return /[\u0080-\u00ff]/.test(value) ? Buffer.from(value, 'latin1').toString('utf8') : value;
}
