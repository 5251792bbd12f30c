import { X509Certificate } from 'node:crypto';
import type { PeerCertificate } from 'node:tls';
import { domainToASCII } from 'node:url';
import { CertificateError } from './certificate-error.ts';
import { tryCanonicalIP } from './ip-address.ts';

/** The hosts that a serving certificate is for: its subject alternative names, without the kinds that name no host. */
export interface SubjectNames {
  /** Lower case, possibly with a wildcard as the first label. */
  readonly dnsNames: readonly string[];
  /** In canonical spelling. */
  readonly ipAddresses: readonly string[];
}

/** DNS names and IP addresses of a certificate. The common name is not among them: nobody accepts it as a host name any more. */
export function namesOf(certificate: X509Certificate | PeerCertificate): SubjectNames {
  const text = certificate instanceof X509Certificate ? certificate.subjectAltName : certificate.subjectaltname;
  const entries = splitAltNames(text ?? '');
  return {
    dnsNames: valuesOf(entries, 'DNS:').map((name) => name.toLowerCase()),
    ipAddresses: valuesOf(entries, 'IP Address:').map((address) => tryCanonicalIP(address) ?? address),
  };
}

/**
 * Sorts host names and IP addresses into the names of a certificate, each once, in canonical spelling: internationalized names
 * in their ASCII form, brackets and zones of IPv6 addresses dropped. Throws `CertificateError` `InvalidName`.
 */
export function toSubjectNames(hosts: readonly string[]): SubjectNames {
  const dnsNames = new Set<string>();
  const ipAddresses = new Set<string>();
  for (const host of hosts) {
    const address = tryCanonicalIP(host.replace(/^\[(.*)\]$/, '$1'));
    if (address === undefined) dnsNames.add(toDNSName(host));
    else ipAddresses.add(address);
  }
  return { dnsNames: [...dnsNames], ipAddresses: [...ipAddresses] };
}

/** The names of `wanted` that `actual` lacks. A wildcard counts as itself only. */
export function missingNames(wanted: SubjectNames, actual: SubjectNames): readonly string[] {
  return [
    ...wanted.dnsNames.filter((name) => !actual.dnsNames.includes(name)),
    ...wanted.ipAddresses.filter((address) => !actual.ipAddresses.includes(address)),
  ];
}

function toDNSName(host: string): string {
  const wildcard = host.startsWith('*.') ? '*.' : '';
  const name = toASCII(host.slice(wildcard.length).replace(/\.$/, '')).toLowerCase();
  const labels = name.split('.');
  // underscores are no host name by RFC 952 and yet live in many networks; a last label of digits is a mistyped IP address
  const valid = labels.every((label) => /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/.test(label));
  if (!valid || name.length > 253 || /^\d+$/.test(labels.at(-1) ?? '')) {
    throw new CertificateError('InvalidName', `${JSON.stringify(host)} is neither a host name nor an IP address`);
  }
  return `${wildcard}${name}`;
}

/** Only names that need it go through `domainToASCII`, which reads its argument as a piece of a URL (`a/b` becomes `a`). */
function toASCII(name: string): string {
  if (/^[\x20-\x7e]*$/.test(name)) return name;
  return /[\s\p{Cc}#%/:?@[\\\]]/u.test(name) ? '' : domainToASCII(name);
}

function valuesOf(entries: readonly string[], prefix: string): readonly string[] {
  return entries.filter((entry) => entry.startsWith(prefix)).map((entry) => entry.slice(prefix.length));
}

/**
 * Splits Node's text form of the extension at its commas. A value with a comma or a quote in it is written as a JSON string, so
 * that no value can pass for two (CVE-2021-44532).
 */
function splitAltNames(text: string): readonly string[] {
  const entries: string[] = [];
  // one entry: plain characters and quoted strings, up to the next `, `
  const pattern = /(?:[^",]|"(?:[^"\\]|\\.)*")+/gy;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    entries.push(match[0].replace(/"(?:[^"\\]|\\.)*"/g, (quoted) => JSON.parse(quoted) as string));
    if (text.startsWith(', ', pattern.lastIndex)) pattern.lastIndex += 2;
  }
  return entries;
}
