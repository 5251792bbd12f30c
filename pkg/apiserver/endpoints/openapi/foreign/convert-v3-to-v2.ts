import { isJSONObject, type JSONObject } from '../../../../apimachinery/runtime/json.ts';
import type { Definition } from '../definition.ts';
import { toSchemaV2 } from '../schema-v2.ts';
import { objectAt, parseReference, resolveReference } from './references.ts';

/** An OpenAPI v2 document, as far as Kubernetes uses one. */
type OpenAPIV2Members = { paths: JSONObject; definitions: JSONObject };

/**
 * OpenAPI v2 of a server that has v3 only, within the limits of old clients: a schema that v2 cannot express restricts nothing.
 * The document must have passed `parseOpenAPIV3`.
 */
export function convertToOpenAPIV2(document: JSONObject): OpenAPIV2Members {
  const schemas = objectAt(objectAt(document, 'components'), 'schemas');
  return {
    paths: mapValues(objectAt(document, 'paths'), (item) => convertPathItem(item, document)),
    definitions: mapValues(schemas, convertSchema),
  };
}

function mapValues(object: JSONObject, map: (value: unknown) => unknown): JSONObject {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, map(value)]));
}

const methods: ReadonlySet<string> = new Set(['get', 'put', 'post', 'delete', 'options', 'head', 'patch']);

function convertPathItem(item: unknown, document: JSONObject): JSONObject {
  const converted: JSONObject = {};
  for (const [name, value] of Object.entries(item as JSONObject)) {
    if (methods.has(name) && isJSONObject(value)) converted[name] = convertOperation(value, document);
    else if (name === 'parameters') converted[name] = toParameters(value, document);
    else if (name.startsWith('x-')) converted[name] = value;
  }
  return converted;
}

/** What both versions have alike. */
const operationMembers: ReadonlySet<string> = new Set(['tags', 'summary', 'description', 'operationId', 'deprecated']);

function convertOperation(operation: JSONObject, document: JSONObject): JSONObject {
  const alike = Object.entries(operation).filter(([name]) => operationMembers.has(name) || name.startsWith('x-'));
  const body = deref(operation['requestBody'], document);
  const content = isJSONObject(body) ? objectAt(body, 'content') : {};
  const parameters = toParameters(operation['parameters'], document);
  if (isJSONObject(body)) parameters.unshift(toBodyParameter(body, content));
  const responses = mapValues(objectAt(operation, 'responses'), (each) => deref(each, document));
  const produced = Object.values(responses).flatMap((each) => Object.keys(contentOf(each)));
  return {
    ...Object.fromEntries(alike),
    consumes: isJSONObject(body) ? Object.keys(content) : ['*/*'],
    produces: produced.length === 0 ? ['application/json'] : [...new Set(produced)],
    schemes: ['https'],
    ...(parameters.length > 0 && { parameters }),
    responses: mapValues(responses, toResponse),
  };
}

function deref(value: unknown, document: JSONObject): unknown {
  const reference = isJSONObject(value) ? value['$ref'] : undefined;
  return typeof reference === 'string' ? resolveReference(document, reference) : value;
}

function contentOf(response: unknown): JSONObject {
  return isJSONObject(response) ? objectAt(response, 'content') : {};
}

function schemaOf(content: JSONObject): unknown {
  const [first] = Object.values(content);
  return isJSONObject(first) ? first['schema'] : undefined;
}

function toBodyParameter(body: JSONObject, content: JSONObject): JSONObject {
  return {
    name: 'body',
    in: 'body',
    ...(body['required'] === true && { required: true }),
    schema: convertSchema(schemaOf(content) ?? {}),
  };
}

function toParameters(parameters: unknown, document: JSONObject): JSONObject[] {
  const all = Array.isArray(parameters) ? parameters.map((each) => deref(each, document)) : [];
  // v2 has no cookies.
  return all
    .filter(isJSONObject)
    .filter((each) => each['in'] !== 'cookie')
    .map(toParameter);
}

function toParameter({ name, in: place, description, required, schema }: JSONObject): JSONObject {
  const { type, format, uniqueItems } = isJSONObject(schema) ? schema : {};
  const simple = type === 'string' || type === 'integer' || type === 'number' || type === 'boolean';
  return {
    ...(uniqueItems === true && { uniqueItems }),
    type: simple ? type : 'string',
    ...(simple && typeof format === 'string' && { format }),
    ...(description !== undefined && { description }),
    name,
    in: place,
    ...((required === true || place === 'path') && { required: true }),
  };
}

function toResponse(response: unknown): JSONObject {
  const { description } = isJSONObject(response) ? response : {};
  const schema = schemaOf(contentOf(response));
  const text = typeof description === 'string' ? description : '';
  return { description: text, ...(schema !== undefined && { schema: convertSchema(schema) }) };
}

function convertSchema(schema: unknown): object {
  return toSchemaV2(toDefinition(schema));
}

/** A v3 schema with bare references, as our own definitions are, from which it goes the same way as these. */
function toDefinition(schema: unknown): Definition {
  if (!isJSONObject(schema)) return {};
  const { $ref, allOf, oneOf, anyOf, not, type, properties, items, additionalProperties, ...rest } = schema;
  if (typeof $ref === 'string') return toNamed({}, $ref);
  const [only, ...others] = Array.isArray(allOf) ? allOf : [];
  const wrapped = isJSONObject(only) && others.length === 0 ? only['$ref'] : undefined;
  if (typeof wrapped === 'string' && properties === undefined) return toNamed(rest, wrapped);
  // What v2 cannot say must not restrict what old clients let through.
  const open = others.length > 0 || oneOf !== undefined || anyOf !== undefined || not !== undefined;
  if (open || (type !== undefined && typeof type !== 'string')) return toAnnotations(rest);
  return {
    ...rest,
    ...(typeof type === 'string' && { type }),
    ...(isJSONObject(properties) && { properties: mapValues(properties, toDefinition) }),
    ...(items !== undefined && { items: toDefinition(items) }),
    ...(isJSONObject(additionalProperties)
      ? { additionalProperties: toDefinition(additionalProperties) }
      : typeof additionalProperties === 'boolean' && { additionalProperties }),
  } as Definition;
}

function toAnnotations(schema: JSONObject): Definition {
  const entries = Object.entries(schema).filter(([name]) => name === 'description' || name.startsWith('x-'));
  return Object.fromEntries(entries);
}

function toNamed(annotations: JSONObject, reference: string): Definition {
  const [components, section, name, ...inside] = parseReference(reference) ?? [];
  // Into the middle of a schema: v2 clients know names only.
  const isName = components === 'components' && section === 'schemas' && inside.length === 0;
  if (!isName || name === undefined) return toAnnotations(annotations);
  return { ...toAnnotations(annotations), $ref: name };
}
