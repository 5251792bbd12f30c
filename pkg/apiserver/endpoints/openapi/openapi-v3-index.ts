import { compareText } from '../discovery/compare-text.ts';

/** `/openapi/v3`: where each document is. */
export interface OpenAPIV3Index {
  paths: { [key: string]: { serverRelativeURL: string } };
}

/**
 * The index of documents that are known by key and hash; their bodies are not needed. The hash in the URL lets clients
 * cache a document for ever.
 */
export function buildOpenAPIV3Index(
  documents: Iterable<{ readonly key: string; readonly hash: string }>,
): OpenAPIV3Index {
  const entries = [...documents].toSorted((a, b) => compareText(a.key, b.key));
  return {
    paths: Object.fromEntries(
      entries.map(({ key, hash }) => [key, { serverRelativeURL: `/openapi/v3/${key}?hash=${hash}` }]),
    ),
  };
}
