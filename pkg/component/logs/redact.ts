/** What stands in place of a secret. */
export const redacted = '[redacted]';

/** Names whose values are secret, compared without case, dashes and underscores. `key` alone is none: it is a workqueue's key. */
const secretNames: ReadonlySet<string> = new Set([
  'authorization',
  'proxyauthorization',
  'cookie',
  'setcookie',
  'password',
  'passwd',
  'secret',
  'clientsecret',
  'privatekey',
  'clientkey',
  'clientkeydata',
  'keydata',
  'tlskey',
  'apikey',
  'credentials',
]);

/** Tells whether the value of a field, header or parameter of this name must not be written: also any name that ends in `token`. */
export function isSecretName(name: string): boolean {
  const plain = name.replaceAll(/[-_]/g, '').toLowerCase();
  return secretNames.has(plain) || plain.endsWith('token');
}

/** Things in texts that are secret wherever they stand: credentials after their scheme, JSON Web Tokens, private keys, URL passwords. */
const secretPatterns: readonly (readonly [RegExp, string])[] = [
  [/\b(Bearer|Basic) +[A-Za-z0-9._~+/-]{8,}=*/gi, `$1 ${redacted}`],
  [/\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*/g, redacted],
  [
    /-----BEGIN ([A-Z ]*)PRIVATE KEY-----[\s\S]*?(-----END [A-Z ]*PRIVATE KEY-----|$)/g,
    `-----BEGIN $1PRIVATE KEY----- ${redacted}`,
  ],
  [/\b([a-z][a-z0-9+.-]*:\/\/[^\s/:@]*):[^\s/@]+@/gi, `$1:${redacted}@`],
  [/([?&](?:[a-z_-]*token|password|secret|code|authorization)=)[^&\s"']+/gi, `$1${redacted}`],
];

/** The text with its secrets replaced. */
export function redactText(text: string): string {
  let result = text;
  for (const [pattern, replacement] of secretPatterns) result = result.replaceAll(pattern, replacement);
  return result;
}
