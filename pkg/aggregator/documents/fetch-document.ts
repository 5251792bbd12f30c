import { aggregatorIdentity } from '../availability/probe.ts';
import type { OwnResponse, Transport } from '../proxy/interface.ts';

/** The deadline of one document: each backend's own, and never in the way of a client. */
const timeoutMs = 5000;
/** A large group's OpenAPI document has some megabytes. */
const maxBodyBytes = 64 * 1024 * 1024;

/** What is asked of a backend. */
export interface DocumentRequest {
  readonly path: string;
  readonly accept: string;
  /** Entity tag of what is known already. */
  readonly knownETag?: string | undefined;
  readonly signal: AbortSignal;
}

/** Reads a document of a backend as the gateway itself. Rejects with a `BackendFailure`. */
export function fetchDocument(transport: Transport, request: DocumentRequest): Promise<OwnResponse> {
  const { path, accept, knownETag, signal } = request;
  const headers = {
    ...aggregatorIdentity,
    Accept: accept,
    ...(knownETag === undefined ? {} : { 'If-None-Match': knownETag }),
  };
  return transport.fetch({ path, headers, timeoutMs, maxBodyBytes, signal });
}

/** First value of a header; empty when there is none. */
export function headerOf({ headers }: OwnResponse, name: string): string {
  const value = headers[name];
  return (typeof value === 'string' ? value : value?.[0]) ?? '';
}
