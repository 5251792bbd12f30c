import type { LeafContent } from './ensure-leaf.ts';
import { toSubjectNames } from './subject-names.ts';

/** Longest common name (X.520). What is longer is legal in the alternative names, which are the ones that count. */
const longestCommonName = 64;

/** A certificate for a server that is reached under some host names and IP addresses. Throws `CertificateError` `InvalidName`. */
export function servingContent(hosts: readonly string[]): LeafContent {
  const names = toSubjectNames(hosts);
  const shown = [...names.dnsNames, ...names.ipAddresses].find((name) => name.length <= longestCommonName);
  // a blank cannot be in a host name, so the common name can never pass for one
  return { subject: { commonName: shown ?? 'tributary serving', organizations: [] }, names, usages: ['serverAuth'] };
}

/** A certificate for a client that speaks as a user and a member of groups. */
export function clientContent(user: string, groups: readonly string[]): LeafContent {
  return {
    subject: { commonName: user, organizations: groups },
    names: { dnsNames: [], ipAddresses: [] },
    usages: ['clientAuth'],
  };
}
