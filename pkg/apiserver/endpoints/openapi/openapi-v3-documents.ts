import { encodeOpenAPIV3 } from '../../../apimachinery/protobuf/encode-openapi.ts';
import { compareText } from '../discovery/compare-text.ts';
import type { PreparedDocument } from '../discovery/prepared-document.ts';
import { prepareBytes, prepareOpenAPIDocument } from '../discovery/prepared-document.ts';
import { once } from './once.ts';
import type { OpenAPIV3Documents } from './openapi-documents.ts';
import { openAPIV3ProtobufTypes } from './openapi-documents.ts';
import { buildOpenAPIV3Index } from './openapi-v3-index.ts';

/** A document by key: ready, such as the bytes that another server sent, or made when it is first asked for. */
export type OpenAPIV3Source = readonly [key: string, document: PreparedDocument | (() => PreparedDocument)];

interface Entry {
  json(): PreparedDocument;
  protobuf(): Promise<PreparedDocument>;
}

/** Joins documents into what `/openapi/v3` serves. A key that comes twice stands for its first document. */
export function newOpenAPIV3Documents(sources: Iterable<OpenAPIV3Source>): OpenAPIV3Documents {
  const entries = new Map<string, Entry>();
  for (const [key, document] of sources) {
    if (!entries.has(key)) entries.set(key, toEntry(document));
  }
  const sorted = [...entries].toSorted(([a], [b]) => compareText(a, b));
  return {
    keys: sorted.map(([key]) => key),
    get: (key) => entries.get(key)?.json(),
    getProtobuf: async (key) => entries.get(key)?.protobuf(),
    index: once(() =>
      prepareOpenAPIDocument(buildOpenAPIV3Index(sorted.map(([key, entry]) => ({ key, hash: entry.json().hash })))),
    ),
  };
}

function toEntry(document: PreparedDocument | (() => PreparedDocument)): Entry {
  const json = typeof document === 'function' ? once(document) : () => document;
  return { json, protobuf: once(() => toProtobuf(json())) };
}

async function toProtobuf(document: PreparedDocument): Promise<PreparedDocument> {
  const body = await encodeOpenAPIV3(JSON.parse(document.body.toString()));
  return prepareBytes(body, { contentType: openAPIV3ProtobufTypes[0], hash: document.hash });
}
