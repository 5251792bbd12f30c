import type { OpenAPIOrigin } from './openapi-documents.ts';

/** What is known of the documents of a service at this moment, for people. Times are RFC 3339. */
export interface DocumentsDescription {
  readonly discovery: DiscoveryDescription;
  /** Absent before the service was asked. */
  readonly openapi?: OpenAPIDescription;
}

/** What is published of the resources of a group/version. */
export interface DiscoveryDescription {
  readonly freshness: 'Current' | 'Stale';
  /** Since when the service says nothing. */
  readonly staleSince?: string;
  /** How many there are. */
  readonly resources: number;
  readonly hash: string;
  readonly lastRead?: string;
  readonly tookMs?: number;
  /** Why it cannot be read, although the service is available. */
  readonly problem?: string;
}

/** What is published of the OpenAPI documents of a group/version. */
export interface OpenAPIDescription {
  /** What they are made from; absent when there are none. */
  readonly origin?: OpenAPIOrigin;
  readonly hash?: string;
  readonly lastRead?: string;
  /** Why what the service says now is not what is published. */
  readonly problem?: string;
}
