/** Media types of request and response bodies that a server may speak. */
export type MediaType = 'application/json' | 'application/yaml' | 'application/vnd.kubernetes.protobuf';

/** One clause of an `Accept` header. */
export interface AcceptClause {
  readonly type: string;
  readonly subtype: string;
  readonly quality: number;
  readonly parameters: ReadonlyMap<string, string>;
}

/**
 * Parses an `Accept` header: best quality first, then specific before wildcard, else in the client's order. Clauses that are
 * malformed or refused with `q=0` are left out.
 */
export function parseAccept(header: string): AcceptClause[] {
  const clauses = header.split(',').flatMap((text) => parseClause(text) ?? []);
  return clauses.filter((clause) => clause.quality > 0).toSorted(compareClauses);
}

function compareClauses(a: AcceptClause, b: AcceptClause): number {
  return b.quality - a.quality || wildcards(a) - wildcards(b);
}

function wildcards(clause: AcceptClause): number {
  return Number(clause.type === '*') + Number(clause.subtype === '*');
}

function parseClause(text: string): AcceptClause | undefined {
  const [range = '', ...parts] = text.split(';').map((part) => part.trim());
  const [type, subtype, ...rest] = range === '*' ? ['*', '*'] : range.split('/');
  if (type === undefined || subtype === undefined || rest.length > 0) return undefined;
  const parameters = new Map<string, string>();
  let quality = 1;
  for (const part of parts) {
    const [name = '', value = ''] = part.split('=', 2).map((each) => each.trim());
    if (name === 'q') quality = parseQuality(value);
    else if (name !== '') parameters.set(name, value);
  }
  return { type: type.trim().toLowerCase(), subtype: subtype.trim().toLowerCase(), quality, parameters };
}

// What cannot be read counts as fully acceptable, as upstream has it.
function parseQuality(text: string): number {
  const quality = Number(text);
  return text === '' || Number.isNaN(quality) ? 1 : quality;
}

/** Tells whether a clause covers a media type, leaving parameters aside. */
export function covers(clause: AcceptClause, mediaType: string): boolean {
  const [type, subtype] = mediaType.split('/');
  if (clause.type === '*') return clause.subtype === '*';
  return clause.type === type && (clause.subtype === '*' || clause.subtype === subtype);
}
