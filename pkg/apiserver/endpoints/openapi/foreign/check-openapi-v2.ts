import { encodeOpenAPIV2 } from '../../../../apimachinery/protobuf/encode-openapi.ts';
import { isJSONObject, type JSONObject } from '../../../../apimachinery/runtime/json.ts';
import type { OpenAPIV2Source } from './openapi-v2-source.ts';
import { parseReference } from './references.ts';

/**
 * Rejects with a `TypeError` that names the first thing in a share of the v2 document for which old clients would refuse the whole
 * document, everybody else's share with it (kubectl up to 1.26: `proto.NewOpenAPIData`).
 */
export async function checkOpenAPIV2(source: OpenAPIV2Source): Promise<void> {
  for (const [name, definition] of Object.entries(source.definitions)) checkSchema(definition, `definitions.${name}`);
  const { paths, definitions, parameters } = source;
  await encodeOpenAPIV2({ paths, definitions, parameters });
}

function checkSchema(schema: unknown, where: string): void {
  if (!isJSONObject(schema)) throw new TypeError(`${where} is not an object`);
  const { type, items, properties, additionalProperties } = schema;
  if (schema['$ref'] !== undefined && (type !== undefined || properties !== undefined)) {
    throw new TypeError(`${where} has a type or properties beside $ref`);
  }
  if (typeof schema['$ref'] === 'string' && parseReference(schema['$ref'])?.length !== 2) {
    throw new TypeError(`${where} refers to ${JSON.stringify(schema['$ref'])}, which is no definition`);
  }
  if (type !== undefined && typeof type !== 'string') throw new TypeError(`${where} has not exactly one type`);
  if (type === 'array' && !isJSONObject(items)) throw new TypeError(`${where} is an array without items`);
  for (const [name, each] of Object.entries(toObject(properties, where))) checkSchema(each, `${where}.${name}`);
  if (isJSONObject(items)) checkSchema(items, `${where}[]`);
  if (isJSONObject(additionalProperties)) checkSchema(additionalProperties, `${where}.*`);
}

function toObject(properties: unknown, where: string): JSONObject {
  if (properties === undefined) return {};
  if (!isJSONObject(properties)) throw new TypeError(`properties of ${where} are not an object`);
  return properties;
}
