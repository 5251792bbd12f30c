import { validateDNS1035Label, validateDNS1123Label, validateDNS1123Subdomain } from './dns-names.ts';

/** Faults of a name, or with `prefix` of a generateName (Go: `validation.ValidateNameFunc`). */
export type NameFunction = (name: string, prefix: boolean) => string[];

/** The rule behind every other: the name is one segment of a path. */
export const validatePathSegmentName: NameFunction = (name, prefix) => {
  // A prefix may be `.` or `..`: what is appended makes it a good segment.
  if (!prefix && (name === '.' || name === '..')) return [`may not be '${name}'`];
  return ['/', '%']
    .filter((character) => name.includes(character))
    .map((character) => `may not contain '${character}'`);
};

/** Names of most kinds, and of all kinds that are learned at run time. */
export const validateSubdomainName: NameFunction = (name, prefix) =>
  validateDNS1123Subdomain(prefix ? maskTrailingDash(name) : name);

/** Names of namespaces. */
export const validateLabelName: NameFunction = (name, prefix) =>
  validateDNS1123Label(prefix ? maskTrailingDash(name) : name);

/** Names of services. */
export const validateServiceName: NameFunction = (name, prefix) =>
  validateDNS1035Label(prefix ? maskTrailingDash(name) : name);

/** Makes a prefix such as `foo-` acceptable to the rule for whole names (Go: `maskTrailingDash`). */
export function maskTrailingDash(name: string): string {
  return name.length > 1 && name.endsWith('-') ? `${name.slice(0, -2)}a` : name;
}
