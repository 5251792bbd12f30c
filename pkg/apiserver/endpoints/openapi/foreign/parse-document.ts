import { isJSONObject, type JSONObject } from '../../../../apimachinery/runtime/json.ts';
import { checkReferences, objectAt } from './references.ts';

/** Parses the OpenAPI v3 document of another server. Throws a `TypeError` or `SyntaxError` that says why clients could not use it. */
export function parseOpenAPIV3(json: Buffer): JSONObject {
  const document = parse(json);
  const { openapi } = document;
  if (typeof openapi !== 'string' || !openapi.startsWith('3.')) throw new TypeError('openapi is not 3.x');
  checkPaths(objectAt(document, 'paths'));
  checkObjects(objectAt(objectAt(document, 'components'), 'schemas'), 'components.schemas');
  checkReferences(document);
  return document;
}

/**
 * Parses the OpenAPI v2 document of another server; `undefined` for what is no such document at all: some servers answer every path
 * with something. Throws as `parseOpenAPIV3` does.
 */
export function parseOpenAPIV2(json: Buffer): JSONObject | undefined {
  const document = parse(json);
  if (!Object.hasOwn(document, 'swagger')) return undefined;
  if (document['swagger'] !== '2.0') throw new TypeError('swagger is not 2.0');
  checkPaths(objectAt(document, 'paths'));
  const definitions = objectAt(document, 'definitions');
  checkObjects(definitions, 'definitions');
  checkReferences(document);
  return document;
}

function parse(json: Buffer): JSONObject {
  const document: unknown = JSON.parse(json.toString());
  if (!isJSONObject(document)) throw new TypeError('not a JSON object');
  return document;
}

function checkPaths(paths: JSONObject): void {
  checkObjects(paths, 'paths');
  for (const [path, item] of Object.entries(paths)) {
    for (const [method, operation] of Object.entries(item as JSONObject)) {
      if (method.startsWith('x-') || method === 'parameters' || typeof operation === 'string') continue;
      if (!isJSONObject(operation) && method !== 'servers') throw new TypeError(`${method} ${path} is not an object`);
    }
  }
}

function checkObjects(objects: JSONObject, what: string): void {
  for (const [name, value] of Object.entries(objects)) {
    if (!name.startsWith('x-') && !isJSONObject(value)) throw new TypeError(`${what}: ${name} is not an object`);
  }
}
