import type { RawRequest } from '../request-context.ts';

/** All values by lower-case name, in the order in which they came. */
export type DistinctHeaders = { readonly [name: string]: readonly string[] | undefined };

/**
 * The values of some headers, by the lower-case name. Repeated fields stay apart only in the raw list: joined by a comma, one group
 * named `a, b` would be two.
 */
export function readDistinct({ rawHeaders }: RawRequest, wanted: (lowerName: string) => boolean): DistinctHeaders {
  const distinct: Record<string, string[]> = Object.create(null) as Record<string, string[]>;
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] ?? '').toLowerCase();
    if (wanted(name)) (distinct[name] ??= []).push(decodeText(rawHeaders[at + 1] ?? ''));
  }
  return distinct;
}

/** Takes headers out of a request, so that nobody behind sees them: no handler, and no backend to which raw headers are sent. */
export function removeHeaders({ headers, rawHeaders }: RawRequest, unwanted: (lowerName: string) => boolean): void {
  let kept = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    const lower = name.toLowerCase();
    if (unwanted(lower)) {
      delete headers[lower];
      continue;
    }
    rawHeaders[kept++] = name;
    rawHeaders[kept++] = rawHeaders[at + 1] ?? '';
  }
  rawHeaders.length = kept;
}

/** The members of `user.extra` that headers of this prefix give: keys are percent-encoded where a header name cannot carry them. */
export function readExtra(headers: DistinctHeaders, lowerPrefixes: readonly string[]): Record<string, string[]> {
  // Two spellings of a key are one key.
  const extra = new Map<string, string[]>();
  for (const prefix of lowerPrefixes) {
    for (const [name, values] of Object.entries(headers)) {
      if (!name.startsWith(prefix)) continue;
      const key = decodeKey(name.slice(prefix.length));
      extra.set(key, [...(extra.get(key) ?? []), ...(values ?? [])]);
    }
  }
  return Object.fromEntries(extra);
}

function decodeKey(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    // What is no encoding is taken as it is, as upstream does.
    return key;
  }
}

/** Header values are bytes; Node gives them as latin1, Kubernetes means UTF-8. */
function decodeText(value: string): string {
  return /[\u0080-\u00ff]/.test(value) ? Buffer.from(value, 'latin1').toString('utf8') : value;
}
