import { createHash } from 'node:crypto';
import type { APIVersionDiscovery } from '../../../apis/apidiscovery/v2/types.ts';
import { toRFC3339 } from '../../apimachinery/time/rfc3339.ts';
import type { Availability } from '../snapshot.ts';
import type { DocumentFinding } from './document-report.ts';

/** What is known of the discovery of an APIService, and of the way to it. */
export interface DiscoveryFacts {
  readonly availability: Availability;
  readonly isCurrent: boolean;
  readonly discovery: APIVersionDiscovery;
  /** Of `discovery`, without its freshness. */
  readonly hash: string;
  /** When it was last read, in milliseconds since the epoch, and how long that took; absent when this process has had no answer yet. */
  readonly read: { readonly readAt: number; readonly tookMs: number } | undefined;
  /** When what a former process has left was read. */
  readonly keptAt: number | undefined;
  /** Why it cannot be read, and since when (RFC 3339), while the service is available. */
  readonly problem: { readonly why: string; readonly since: string } | undefined;
}

/** Tells one discovery from another. */
export function toDiscoveryHash({ freshness: _, ...facts }: APIVersionDiscovery): string {
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 16).toUpperCase();
}

/** What the condition says; nothing, as long as nothing has been tried. */
export function toDiscoveryFinding(facts: DiscoveryFacts): DocumentFinding | undefined {
  const { discovery, hash, read, problem, availability } = facts;
  const { length } = discovery.resources ?? [];
  const resources = `${length} resource${length === 1 ? '' : 's'}`;
  const detail = toDetail(facts);
  if (facts.isCurrent)
    return {
      status: 'True',
      reason: 'Read',
      message: `${resources} discovered; hash ${hash}`,
      detail,
      tookMs: read?.tookMs,
    };
  const down = availability.status === 'False';
  if (!down && problem === undefined) return undefined;
  const why = down
    ? `the service is not available since ${availability.since}`
    : `discovery cannot be read since ${problem?.since} (${problem?.why})`;
  const message =
    length === 0
      ? `${why}, and nothing is known of it`
      : `${why}; ${resources} last known are shown as Stale; hash ${hash}`;
  return { status: 'False', reason: 'Stale', message, detail };
}

function toDetail({ read, keptAt }: DiscoveryFacts): string {
  if (read !== undefined) return `last read at ${toRFC3339(read.readAt)} within ${Math.ceil(read.tookMs)} ms`;
  return keptAt === undefined ? '' : `known since ${toRFC3339(keptAt)}`;
}
