import { validateDNS1123Subdomain } from './dns-names.ts';
import { emptyText, maxLengthText, regexText } from './name-texts.ts';

// Source: apimachinery `pkg/api/validate/content`. Each function answers with one text per fault, none when the value is good.

const maxPartLength = 63;
const keyCharacters =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
const keyPattern = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const keyText = regexText(keyCharacters, keyPattern, ['MyName', 'my.name', '123-abc']);
const keyExpression = /^(?:[A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const valueText = regexText(
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  `(${keyPattern})?`,
  ['MyValue', 'my_value', '12345'],
);
const valueExpression = /^(?:(?:[A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;

/** Faults of a label key: `name` or `prefix/name` (Go: `IsLabelKey`, formerly `IsQualifiedName`). */
export function validateLabelKey(key: string): string[] {
  const slash = key.indexOf('/');
  if (slash !== key.lastIndexOf('/')) {
    return [`a valid label key ${keyText} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`];
  }
  const prefixErrors = slash === -1 ? [] : validatePrefix(key.slice(0, slash));
  return [...prefixErrors, ...validateName(key.slice(slash + 1)).map((text) => `name part ${text}`)];
}

/** Faults of a label value. The empty string is a good one. */
export function validateLabelValue(value: string): string[] {
  const errors: string[] = [];
  if (Buffer.byteLength(value) > maxPartLength) errors.push(maxLengthText(maxPartLength));
  if (!valueExpression.test(value)) errors.push(valueText);
  return errors;
}

function validatePrefix(prefix: string): string[] {
  if (prefix === '') return [`prefix part ${emptyText}`];
  return validateDNS1123Subdomain(prefix).map((text) => `prefix part ${text}`);
}

function validateName(name: string): string[] {
  const errors: string[] = [];
  if (name === '') errors.push(emptyText);
  else if (Buffer.byteLength(name) > maxPartLength) errors.push(maxLengthText(maxPartLength));
  if (!keyExpression.test(name)) errors.push(keyText);
  return errors;
}
