/** Differences that hold everywhere, each with its reason in `golden-differences.json`. */
export interface EverywhereRules {
  /** Members that are not compared. */
  readonly members: Readonly<Record<string, string>>;
  /** Headers of which the recorded values count once each, by lower-case name. */
  readonly saidOnce: Readonly<Record<string, string>>;
  /** Headers that say more than was recorded: not compared where nothing was, by lower-case name. */
  readonly added: Readonly<Record<string, string>>;
}

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|<uid>/g;
const TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g;
/** What the servers call themselves where they write fields. */
const OWN_MANAGERS: ReadonlySet<string> = new Set(['kube-apiserver', 'tributary']);
const AGE = /^(?:\d+[smhd]){1,2}$/;

/** A body without what differs from run to run: uids, times, ages and resource versions become placeholders. */
export function normaliseBody(value: unknown, rules: EverywhereRules, key = ''): unknown {
  if (typeof value === 'string') return normaliseText(value, key);
  if (Array.isArray(value)) return value.map((item) => normaliseBody(item, rules, key === 'cells' ? 'cell' : ''));
  if (value === null || typeof value !== 'object') return value;
  const members = Object.entries(value).filter(([name]) => rules.members[name] === undefined);
  return Object.fromEntries(members.map(([name, member]) => [name, normaliseBody(member, rules, name)]));
}

function normaliseText(text: string, key: string): string {
  if (key === 'resourceVersion' && /^\d+$/.test(text) && text !== '0') return '<version>';
  if (key === 'uid' && text !== '') return '<uuid>';
  if (key === 'continue' && text !== '') return '<continue>';
  if (key === 'cell' && AGE.test(text)) return '<age>';
  if (key === 'serverAddress') return '<address>';
  if (key === 'manager' && OWN_MANAGERS.has(text)) return '<server>';
  if (key === 'serverRelativeURL') return text.replace(/hash=[0-9A-F]+/, 'hash=<hash>');
  return text
    .replaceAll(UUID, '<uuid>')
    .replaceAll(TIME, '<time>')
    .replaceAll(/\bgen-[bcdfghjklmnpqrstvwxz2456789]{5}\b/g, 'gen-<suffix>')
    .replaceAll(/(, current: |in record \()\d+/g, '$1<version>')
    .replaceAll(/(\\?"resourceVersion\\?":\s*\\?")\d+/g, '$1<version>');
}

/** Headers that a client acts on. Whether a body came with a length or in chunks is the server's own affair. */
const COMPARED_HEADERS = [
  'cache-control',
  'content-type',
  'location',
  'retry-after',
  'vary',
  'warning',
  'www-authenticate',
  'x-content-type-options',
];

/** The relevant headers by lower-case name; of an ETag and an audit id only that they are there. */
export function normaliseHeaders(
  headers: Readonly<Record<string, string | readonly string[]>>,
): Record<string, string> {
  const lower = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), [value].flat()]),
  );
  const kept = COMPARED_HEADERS.flatMap((name) =>
    lower[name] === undefined
      ? []
      : [[name, lower[name].join(' | ').replace(/hash=[0-9A-F]+/, 'hash=<hash>')] as const],
  );
  const present = ['etag', 'audit-id'].flatMap((name) =>
    lower[name] === undefined ? [] : [[name, '<present>'] as const],
  );
  return Object.fromEntries([...kept, ...present]);
}
