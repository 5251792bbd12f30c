import { isJSONObject, type JSONObject } from '../../../../apimachinery/runtime/json.ts';
import type { OpenAPIInfo } from '../openapi-options.ts';
import type { OpenAPIV2Source } from './openapi-v2-source.ts';
import { parseReference, toReference } from './references.ts';

/**
 * OpenAPI v3 of a group/version whose server has v2 only (Go: `openapiconv.ConvertV2ToV3`). Lost is what Kubernetes has no use for:
 * hosts, tags, collection formats.
 */
export function convertToOpenAPIV3({ paths, definitions, parameters }: OpenAPIV2Source, info: OpenAPIInfo): JSONObject {
  const schemas = mapValues(definitions, convertSchema);
  return {
    openapi: '3.0.0',
    info: { title: info.title, version: info.version },
    paths: mapValues(paths, (item) => convertPathItem(item, parameters)),
    components: { schemas },
  };
}

function mapValues(object: JSONObject, map: (value: unknown) => unknown): JSONObject {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, map(value)]));
}

function convertPathItem(item: unknown, shared: JSONObject): unknown {
  if (!isJSONObject(item)) return item;
  const { parameters, ...methods } = item;
  const converted = mapValues(methods, (each) => (isJSONObject(each) ? convertOperation(each, shared) : each));
  const all = resolveParameters(parameters, shared);
  return all.length === 0 ? converted : { ...converted, parameters: all.map(convertParameter) };
}

function convertOperation(operation: JSONObject, shared: JSONObject): JSONObject {
  const { parameters, consumes, produces, responses, schemes: _schemes, ...rest } = operation;
  const all = resolveParameters(parameters, shared);
  const body = all.find((each) => each['in'] === 'body');
  const others = all.filter((each) => each !== body).map(convertParameter);
  return {
    ...rest,
    ...(others.length > 0 && { parameters: others }),
    ...(body && { requestBody: toRequestBody(body, toTypes(consumes)) }),
    ...(isJSONObject(responses) && { responses: mapValues(responses, (each) => toResponse(each, toTypes(produces))) }),
  };
}

/** Parameters of an operation, with what the document lists once in its place. */
function resolveParameters(parameters: unknown, shared: JSONObject): JSONObject[] {
  if (!Array.isArray(parameters)) return [];
  return parameters.filter(isJSONObject).map((each) => {
    const [section, name = ''] = (typeof each['$ref'] === 'string' && parseReference(each['$ref'])) || [];
    const found = section === 'parameters' ? shared[name] : each;
    return isJSONObject(found) ? found : each;
  });
}

/** What v3 keeps beside the schema of a parameter. */
const parameterMembers: ReadonlySet<string> = new Set(['name', 'in', 'description', 'required', 'allowEmptyValue']);

function convertParameter(parameter: JSONObject): JSONObject {
  const members = Object.entries(parameter).filter(([name]) => name !== 'collectionFormat');
  const isOutside = ([name]: [string, unknown]): boolean => parameterMembers.has(name) || name.startsWith('x-');
  return {
    ...Object.fromEntries(members.filter(isOutside)),
    schema: convertSchema(Object.fromEntries(members.filter((each) => !isOutside(each)))),
  };
}

function toTypes(types: unknown): string[] {
  const all = Array.isArray(types) ? types.filter((type) => typeof type === 'string') : [];
  return all.length === 0 ? ['application/json'] : all;
}

function toContent(schema: unknown, types: readonly string[]): JSONObject {
  return Object.fromEntries(types.map((type) => [type, { schema: convertSchema(schema) }]));
}

function toRequestBody({ schema, required, description }: JSONObject, types: readonly string[]): JSONObject {
  return {
    ...(description !== undefined && { description }),
    content: toContent(schema, types),
    ...(required === true && { required }),
  };
}

function toResponse(response: unknown, types: readonly string[]): unknown {
  if (!isJSONObject(response)) return response;
  const { schema, headers: _headers, examples: _examples, ...rest } = response;
  return schema === undefined ? rest : { ...rest, content: toContent(schema, types) };
}

/** Beside `$ref`, v3 ignores everything: what a field itself says needs a wrapper. */
function convertSchema(schema: unknown): unknown {
  if (!isJSONObject(schema)) return schema;
  const { $ref, ...siblings } = schema;
  if (typeof $ref !== 'string') return convertMembers(schema);
  const reference = { $ref: convertReference($ref) };
  return Object.keys(siblings).length === 0 ? reference : { ...siblings, allOf: [reference] };
}

function convertReference(reference: string): string {
  const [section, name = ''] = parseReference(reference) ?? [];
  return section === 'definitions' ? toReference('components/schemas', name) : reference;
}

function convertMembers(schema: JSONObject): JSONObject {
  const { properties, items, additionalProperties, allOf } = schema;
  return {
    ...schema,
    ...(isJSONObject(properties) && { properties: mapValues(properties, convertSchema) }),
    ...(items !== undefined && { items: Array.isArray(items) ? convertSchema(items[0] ?? {}) : convertSchema(items) }),
    ...(isJSONObject(additionalProperties) && { additionalProperties: convertSchema(additionalProperties) }),
    ...(Array.isArray(allOf) && { allOf: allOf.map(convertSchema) }),
  };
}
