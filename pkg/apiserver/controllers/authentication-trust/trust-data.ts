import type { X509Certificate } from 'node:crypto';
import { parseCertificates } from '../../../pki/pem.ts';
import type { FrontProxyHeaders } from '../../authentication/front-proxy.ts';

/** Whom servers behind this one should believe (Go: `ClusterAuthenticationInfo`). */
export interface AuthenticationTrust {
  /** CAs of users' client certificates. */
  readonly clientCAs: readonly X509Certificate[];
  /** CAs of the certificates with which this server vouches for users. */
  readonly requestHeaderCAs: readonly X509Certificate[];
  /** Common names of those certificates; empty for any. */
  readonly allowedNames: readonly string[];
  readonly headers: FrontProxyHeaders;
}

/** Members of the ConfigMap, in the order in which they are written. */
export type TrustData = Readonly<Record<string, string>>;

/** Where header names stand. */
const headerKeys = {
  extraPrefix: 'requestheader-extra-headers-prefix',
  group: 'requestheader-group-headers',
  uid: 'requestheader-uid-headers',
  username: 'requestheader-username-headers',
} as const;

const namesKey = 'requestheader-allowed-names';
const clientKey = 'client-ca-file';
const requestHeaderKey = 'requestheader-client-ca-file';

/** What clocks may differ by before a CA counts as expired, as upstream has it. */
const slackMs = 300_000;

/** The outcome of a merge. */
export interface MergedTrust {
  readonly data: TrustData;
  /** Members that could not be read, and so were written anew. */
  readonly unreadable: readonly string[];
}

/**
 * What the ConfigMap should say: what it says already, put there by other servers of the same kind, and what is true of this one. CAs that have
 * expired are left out. Source: kubernetes `pkg/controlplane/controller/clusterauthenticationtrust`; there, a member that cannot be read
 * stops everything.
 */
export function mergeTrust(existing: TrustData, trust: AuthenticationTrust, now: number): MergedTrust {
  const unreadable: string[] = [];
  const read = <T>(key: string, parse: (text: string) => readonly T[]): readonly T[] => {
    const text = existing[key] ?? '';
    if (text === '') return [];
    try {
      return parse(text);
    } catch {
      unreadable.push(key);
      return [];
    }
  };
  const bundle = (key: string, own: readonly X509Certificate[]): string =>
    toBundle([...read(key, parseCertificates), ...own], now);
  const names = (key: string, own: readonly string[]): string =>
    JSON.stringify([...new Set([...read(key, parseNames), ...own])]);

  const clientCAs = bundle(clientKey, trust.clientCAs);
  const requestHeaderCAs = bundle(requestHeaderKey, trust.requestHeaderCAs);
  const data: Record<string, string> = clientCAs === '' ? {} : { [clientKey]: clientCAs };
  if (requestHeaderCAs !== '') {
    data[namesKey] = names(namesKey, trust.allowedNames);
    data[requestHeaderKey] = requestHeaderCAs;
    for (const [member, key] of Object.entries(headerKeys)) {
      data[key] = names(key, trust.headers[member as keyof FrontProxyHeaders]);
    }
  }
  const sorted = Object.entries(data).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return { data: Object.fromEntries(sorted), unreadable };
}

function parseNames(text: string): readonly string[] {
  const names: unknown = JSON.parse(text);
  if (Array.isArray(names) && names.every((name) => typeof name === 'string')) return names;
  throw new TypeError('no list of names');
}

function toBundle(certificates: readonly X509Certificate[], now: number): string {
  const valid = certificates.filter(({ validToDate }) => validToDate.getTime() > now - slackMs);
  const byFingerprint = new Map(valid.map((each) => [each.fingerprint256, each.toString()]));
  return [...byFingerprint.values()].join('');
}
