import { encodeJSONMessage } from './encode-json-message.ts';

/**
 * Protobuf form of an OpenAPI v2 document (`application/com.github.proto-openapi.spec.v2.v1.0+protobuf`), the only one that
 * kubectl reads at `/openapi/v2`. Rejects with a `TypeError` for a document with members of the wrong type.
 */
export async function encodeOpenAPIV2(document: object): Promise<Buffer> {
  const { openAPIV2Messages } = await import('./openapi-v2-messages.ts');
  return encodeJSONMessage(document, 'Document', openAPIV2Messages);
}

/**
 * Protobuf form of an OpenAPI v3 document (`application/com.github.proto-openapi.spec.v3.v1.0+protobuf`). Rejects with a
 * `TypeError` for a document with members of the wrong type.
 */
export async function encodeOpenAPIV3(document: object): Promise<Buffer> {
  const { openAPIV3Messages } = await import('./openapi-v3-messages.ts');
  return encodeJSONMessage(document, 'Document', openAPIV3Messages);
}
