import { sortMembers } from '../discovery/compare-text.ts';
import type { Definitions } from './definition.ts';
import type { OpenAPIInfo } from './openapi-options.ts';
import type { Operation, Parameter, PathItem } from './operation.ts';
import { operationMethods } from './operation.ts';
import { toSchemaV2 } from './schema-v2.ts';
import type { ParameterV2, SharedParameters } from './shared-parameters.ts';
import { newSharedParameters } from './shared-parameters.ts';

/** An OpenAPI v2 ("Swagger") document: plain JSON. */
export interface OpenAPIV2 {
  swagger: '2.0';
  info: OpenAPIInfo;
  paths: { [path: string]: object };
  definitions: { [name: string]: object };
  parameters: { [name: string]: object };
  securityDefinitions: { [name: string]: object };
  security: { [name: string]: string[] }[];
}

/** Writes paths and definitions in OpenAPI v2. */
export function toOpenAPIV2(info: OpenAPIInfo, items: readonly PathItem[], definitions: Definitions): OpenAPIV2 {
  const shared = newSharedParameters();
  const paths = sortMembers(Object.fromEntries(items.map((each) => [each.path, toPathItem(each, shared)])));
  const schemas = Object.entries(definitions).map(([name, definition]) => [name, toSchemaV2(definition)]);
  return {
    swagger: '2.0',
    info: { title: info.title, version: info.version },
    paths,
    definitions: sortMembers(Object.fromEntries(schemas)),
    parameters: shared.all(),
    securityDefinitions: {
      BearerToken: {
        description: 'Bearer Token authentication',
        type: 'apiKey',
        name: 'authorization',
        in: 'header',
      },
    },
    security: [{ BearerToken: [] }],
  };
}

function toPathItem(item: PathItem, shared: SharedParameters): object {
  const members: { [member: string]: unknown } = {};
  for (const method of operationMethods) {
    const operation = item.operations.find((each) => each.method === method);
    if (operation !== undefined) members[method] = toOperation(operation, shared);
  }
  if (item.parameters.length > 0) {
    members['parameters'] = item.parameters.map((each) => shared.use(toParameter(each)));
  }
  return members;
}

function toOperation(operation: Operation, shared: SharedParameters): object {
  const { tag, description, operationId, body, consumes, produces, action, gvk } = operation;
  const parameters = operation.parameters.map(toParameter);
  // `body` sorts before `continue`, the first that can stand beside it.
  if (body !== undefined) parameters.unshift(toBodyParameter(body));
  return {
    description,
    consumes,
    produces,
    schemes: ['https'],
    tags: [tag],
    operationId,
    ...(parameters.length > 0 && { parameters: parameters.map((each) => shared.use(each)) }),
    responses: toResponses(operation),
    ...(action !== undefined && { 'x-kubernetes-action': action }),
    ...(gvk && { 'x-kubernetes-group-version-kind': gvk }),
  };
}

function toParameter({ name, in: place, description, type }: Parameter): ParameterV2 {
  return { uniqueItems: true, type, description, name, in: place, ...(place === 'path' && { required: true }) };
}

function toBodyParameter({ definition, required }: NonNullable<Operation['body']>): ParameterV2 {
  return { name: 'body', in: 'body', ...(required && { required }), schema: toReferenceV2(definition) };
}

const codeTexts: Readonly<Record<string, string>> = { 200: 'OK', 201: 'Created', 202: 'Accepted' };

function toResponses({ codes, answer }: Operation): object {
  const responses = codes.map((code) => [code, { description: codeTexts[code], schema: toReferenceV2(answer) }]);
  return { ...Object.fromEntries(responses), 401: { description: 'Unauthorized' } };
}

function toReferenceV2(name: string): { $ref: string } {
  return { $ref: `#/definitions/${name}` };
}
