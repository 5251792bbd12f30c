import { toRFC3339 } from '../../apimachinery/time/rfc3339.ts';
import type { Availability } from '../snapshot.ts';
import type { DocumentFinding } from './document-report.ts';
import type { OpenAPIPair } from './openapi-documents.ts';

/** What is known of the OpenAPI documents of an APIService, and of the way to them. */
export interface OpenAPIFacts {
  readonly availability: Availability;
  /** What is published. */
  readonly pair: OpenAPIPair | undefined;
  /** Whether this process has had an answer. */
  readonly isRead: boolean;
  /** When all of it was last read, in milliseconds since the epoch. */
  readonly readAt: number | undefined;
  /** Why a document of the service was not taken. */
  readonly problem: string | undefined;
  /** Why it cannot be read, and since when (RFC 3339), while the service is available. */
  readonly lost: { readonly why: string; readonly since: string } | undefined;
}

const origins: Readonly<Record<OpenAPIPair['origin'], string>> = {
  both: 'v3 and v2 are those of the service',
  v3: 'v3 is that of the service, v2 is made from it',
  v2: 'v2 is that of the service, v3 is made from it',
  discovery: 'the service has no OpenAPI documents: both are made from its discovery',
};

/** Enough of a hash to tell one document from another. */
export function shortenHash(hash: string): string {
  return hash.slice(0, 16);
}

/** What the condition says; nothing, as long as nothing is known. */
export function toOpenAPIFinding({
  availability,
  pair,
  isRead,
  readAt,
  problem,
  lost,
}: OpenAPIFacts): DocumentFinding | undefined {
  const served = pair === undefined ? 'there is none' : `${origins[pair.origin]}; hash ${shortenHash(pair.hash)}`;
  const detail = readAt === undefined ? '' : `last read at ${toRFC3339(readAt)}`;
  if (availability.status === 'False') {
    const message = `the service is not available since ${availability.since}; last known: ${served}`;
    return { status: 'False', reason: 'Stale', message, detail };
  }
  if (lost !== undefined) {
    const message = `the documents cannot be read since ${lost.since} (${lost.why}); last known: ${served}`;
    return { status: 'False', reason: 'Stale', message, detail };
  }
  if (!isRead) return undefined;
  if (problem !== undefined)
    return { status: 'False', reason: 'Quarantined', message: `${problem}; served instead: ${served}`, detail };
  if (pair === undefined) return { status: 'False', reason: 'Absent', message: 'the service has no kinds', detail };
  const reason = pair.origin === 'discovery' ? 'Synthesised' : pair.origin === 'both' ? 'Read' : 'Converted';
  return { status: 'True', reason, message: served, detail };
}
