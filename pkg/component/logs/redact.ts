/** What stands in place of a secret. */
export const redacted = '[redacted]';

/** Names whose values are secret, and all that end in `token`. `key` alone is none: it is the name of a workqueue's key. */
const secretName = new RegExp(
  `^(?:${[
    '.*token',
    '(?:proxy.?)?authorization',
    '(?:set.?)?cookie',
    'passw(?:or)?d',
    '(?:client.?)?secret',
    '(?:client|private|tls|api).?key',
    '(?:client.?)?key.?data',
    'credentials?',
  ].join('|')})$`,
  'i',
);

/** Tells whether the value of a field, header or parameter of this name must not be written. */
export function isSecretName(name: string): boolean {
  return secretName.test(name);
}

/** What a text with a secret in it has somewhere: most texts are done with after one look. */
const hint = /bearer|basic|eyJ|PRIVATE KEY|:\/\/|[?&]/i;

/**
 * Secrets wherever they stand: credentials after their scheme, JSON Web Tokens, private keys, passwords and tokens in URLs. Every
 * repetition is bounded or cannot run into itself, because texts come from clients.
 */
const secretPatterns: readonly (readonly [RegExp, string])[] = [
  [/\b(Bearer|Basic) +[A-Za-z0-9._~+/-]{8,}=*/gi, `$1 ${redacted}`],
  [/\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*/g, redacted],
  [
    /-----BEGIN ([A-Z ]{0,20})PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]{0,20}PRIVATE KEY-----|$)/g,
    `$1PRIVATE KEY ${redacted}`,
  ],
  [/\b([a-z][a-z0-9+.-]{0,20}:\/\/[^\s/:@]{0,256}):[^\s/@]{1,256}@/gi, `$1:${redacted}@`],
  [/([?&](?:[a-z_-]{0,20}token|password|secret|code)=)[^&\s"']+/gi, `$1${redacted}`],
];

/** The text with its secrets replaced. */
export function redactText(text: string): string {
  if (!hint.test(text)) return text;
  let result = text;
  for (const [pattern, replacement] of secretPatterns) result = result.replaceAll(pattern, replacement);
  return result;
}
