import { validateDNS1123Subdomain } from '../../apimachinery/validation/dns-names.ts';
import { type FieldError, invalid, toFieldErrorMessage } from '../../apimachinery/validation/field-error.ts';
import { toGoQuoted } from '../../apimachinery/validation/go-string.ts';

type Extra = { readonly [key: string]: readonly string[] };

/** Why such an `extra` cannot be asked for in one of the narrow modes; `undefined` when it can. */
export function findExtraFault(extra: Extra): string | undefined {
  for (const [key, values] of Object.entries(extra)) {
    if (key === '') return 'impersonating the empty string key in extra is not allowed';
    const faults = validateDomainPrefixedPath(key).map((fault) => toFieldErrorMessage(fault));
    if (faults.length > 0) {
      const joined = faults.length === 1 ? faults[0] : `[${faults.join(', ')}]`;
      return `impersonating an invalid key in extra is not allowed: ${joined}`;
    }
    if (key !== key.toLowerCase())
      return `impersonating a non-lowercase key in extra is not allowed: ${toGoQuoted(key)}`;
    if (values.includes('')) return 'impersonating the empty string value in extra is not allowed';
  }
  return undefined;
}

const pathPattern = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+";

/** Source: apimachinery `pkg/util/validation`, `IsDomainPrefixedPath`. */
function validateDomainPrefixedPath(key: string): FieldError[] {
  const at = 'extra.key';
  const slash = key.indexOf('/');
  const [domain, path] = slash < 0 ? ['', ''] : [key.slice(0, slash), key.slice(slash + 1)];
  if (domain === '' || path === '') {
    return [invalid(at, key, 'must be a domain-prefixed path (such as "acme.io/foo")')];
  }
  const faults = validateDNS1123Subdomain(domain).map((fault) => invalid(at, domain, fault));
  if (new RegExp(`^${pathPattern}$`).test(path)) return faults;
  return [...faults, invalid(at, path, `Invalid path (regex used for validation is '${pathPattern}')`)];
}
