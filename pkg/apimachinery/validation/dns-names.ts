import { maxLengthText, regexText } from './name-texts.ts';

// Source: apimachinery `pkg/api/validate/content/dns.go`. Each function answers with one text per fault, none when the value
// is good.

const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const subdomainText = regexText(
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
  `${label}(\\.${label})*`,
  ['example.com'],
);
const subdomainExpression = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;
const labelText = regexText(
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
  label,
  ['my-name', '123-abc'],
);
const labelExpression = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/;
const label1035Text = regexText(
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
  '[a-z]([-a-z0-9]*[a-z0-9])?',
  ['my-name', 'abc-123'],
);
const label1035Expression = /^[a-z](?:[-a-z0-9]*[a-z0-9])?$/;

/** Faults of a DNS-1123 subdomain such as `example.com`: the name rule of most kinds. */
export function validateDNS1123Subdomain(value: string): string[] {
  return check(value, { maxBytes: 253, expression: subdomainExpression, text: subdomainText });
}

/** Faults of a DNS-1123 label such as `123-abc`: the rule for namespaces. */
export function validateDNS1123Label(value: string): string[] {
  return check(value, { maxBytes: 63, expression: labelExpression, text: labelText });
}

/** Faults of a DNS-1035 label such as `abc-123`: the rule for services and API versions. */
export function validateDNS1035Label(value: string): string[] {
  return check(value, { maxBytes: 63, expression: label1035Expression, text: label1035Text });
}

interface Rule {
  readonly maxBytes: number;
  readonly expression: RegExp;
  readonly text: string;
}

function check(value: string, rule: Rule): string[] {
  const errors: string[] = [];
  if (Buffer.byteLength(value) > rule.maxBytes) errors.push(maxLengthText(rule.maxBytes));
  if (!rule.expression.test(value)) errors.push(rule.text);
  return errors;
}
