/** Characters that JSON leaves as they are and YAML forbids or takes for line breaks. */
const forbidden = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g;

/** Strings that mean themselves when written without quotes: no YAML keyword is among them. */
const plain = /^(?!(?:true|false|yes|no|on|off|null|y|n)$)[a-z][\w./-]*$/i;

/**
 * YAML text of a JSON value: the outer list or map in block style, as Go servers write it, what is inside of it in flow
 * style. JSON is a subset of YAML, so nothing more is needed to say everything.
 */
export function toYAMLText(value: unknown): string {
  if (Array.isArray(value) && value.length > 0) return value.map((each) => toBlock(each, '- ')).join('');
  return toBlock(value, '');
}

function toBlock(value: unknown, lead: string): string {
  const entries = typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
  if (entries.length === 0) return `${lead}${toFlow(value)}\n`;
  const indent = ' '.repeat(lead.length);
  const lines = entries
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member], index) => `${index === 0 ? lead : indent}${toFlow(name)}: ${toFlow(member)}\n`);
  return lines.join('');
}

function toFlow(value: unknown): string {
  if (typeof value === 'string' && plain.test(value)) return value;
  return JSON.stringify(value ?? null).replaceAll(forbidden, toEscape);
}

function toEscape(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
