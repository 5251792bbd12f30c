/** A JSON value. */
type JSONValue = unknown;

/** Groups that a real kube-apiserver and we both serve; discovery lists are compared in these. */
const SHARED_GROUPS: ReadonlySet<string> = new Set(['apiregistration.k8s.io']);

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g;

/**
 * A body without what differs from run to run: uids, times and resource versions become placeholders, durations in table cells
 * too; lists of groups keep those that both servers have.
 */
export function normaliseBody(value: JSONValue, key = ''): JSONValue {
  if (typeof value === 'string') return normaliseText(value, key);
  if (Array.isArray(value)) return shared(value).map((item) => normaliseBody(item, key === 'cells' ? 'cell' : ''));
  if (value === null || typeof value !== 'object') return key === 'cell' && typeof value === 'number' ? value : value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, normaliseBody(member, name)]));
}

function normaliseText(text: string, key: string): string {
  if (key === 'resourceVersion' && /^\d+$/.test(text) && text !== '0') return '<version>';
  if (key === 'uid' && text !== '') return '<uid>';
  if (key === 'continue' && text !== '') return '<continue>';
  if (key === 'cell' && /^\d+(?:s|m\d*s?|h\d*m?|d)$/.test(text)) return '<age>';
  if (key === 'serverAddress') return '<address>';
  return text
    .replaceAll(UUID, '<uuid>')
    .replaceAll(TIME, '<time>')
    .replaceAll('<uid>', '<uuid>')
    .replaceAll(/\\?"resourceVersion\\?":\s*\\?"\d+\\?"/g, '"resourceVersion":"<version>"');
}

/** Items of a discovery list that name a group: only the shared ones. Other lists stay as they are. */
function shared(items: readonly JSONValue[]): readonly JSONValue[] {
  if (items.length === 0 || !items.every(isGroup)) return items;
  return items.filter((item) => SHARED_GROUPS.has(groupName(item)));
}

function isGroup(item: JSONValue): boolean {
  return item !== null && typeof item === 'object' && 'versions' in item && groupName(item) !== '';
}

function groupName(item: JSONValue): string {
  const { name, metadata } = item as { name?: string; metadata?: { name?: string } };
  return name ?? metadata?.name ?? '';
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
    lower[name] === undefined ? [] : [[name, lower[name].join(' | ')] as const],
  );
  const present = ['etag', 'audit-id'].flatMap((name) =>
    lower[name] === undefined ? [] : [[name, '<present>'] as const],
  );
  return Object.fromEntries([...kept, ...present]);
}
