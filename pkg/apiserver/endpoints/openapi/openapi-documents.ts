import type { PreparedDocument } from '../discovery/prepared-document.ts';

/**
 * OpenAPI v3 documents by key (`apis/<group>/<version>`, `api/v1`, `version` …): what `/openapi/v3` serves.
 *
 * A document may be this server's own, built on first use, or bytes that another server sent: an aggregator joins both
 * kinds behind this interface.
 */
export interface OpenAPIV3Documents {
  /** Sorted keys. */
  readonly keys: readonly string[];
  /** `/openapi/v3`: every key with the URL that carries its document's hash. */
  index(): PreparedDocument;
  /** `/openapi/v3/<key>` as JSON. */
  get(key: string): PreparedDocument | undefined;
  /** The same as protobuf, with the hash and the entity tag of the JSON form. Rejects if the document cannot be encoded. */
  getProtobuf(key: string): Promise<PreparedDocument | undefined>;
}

/** The OpenAPI v2 document in both encodings, built on first use: what `/openapi/v2` serves. */
export interface OpenAPIV2Document {
  json(): PreparedDocument;
  /** Protobuf form with the hash and the entity tag of the JSON form. Rejects if the document cannot be encoded. */
  protobuf(): Promise<PreparedDocument>;
}

/** Media types of `/openapi/v3` documents beside JSON: what a client may ask for; the first is what the answer carries. */
export const openAPIV3ProtobufTypes: readonly [string, ...string[]] = [
  'application/com.github.proto-openapi.spec.v3.v1.0+protobuf',
  'application/com.github.proto-openapi.spec.v3@v1.0+protobuf',
];

/** Media types of `/openapi/v2` beside JSON: what a client may ask for; the first is what the answer carries. */
export const openAPIV2ProtobufTypes: readonly [string, ...string[]] = [
  'application/com.github.proto-openapi.spec.v2.v1.0+protobuf',
  'application/com.github.proto-openapi.spec.v2@v1.0+protobuf',
];
