import { sortMembers } from '../discovery/compare-text.ts';
import type { Definition, Definitions } from './definition.ts';
import { mapChildren } from './definition.ts';
import type { OpenAPIInfo } from './openapi-options.ts';
import type { Operation, Parameter, PathItem } from './operation.ts';
import { operationMethods } from './operation.ts';
import { orderMembers } from './schema-members.ts';

/** An OpenAPI v3 document: plain JSON. */
export interface OpenAPIV3 {
  openapi: '3.0.0';
  info: OpenAPIInfo;
  paths: { [path: string]: object };
  components: { schemas: { [name: string]: object }; securitySchemes: { [name: string]: object } };
}

/** Writes paths and definitions in OpenAPI v3. */
export function toOpenAPIV3(info: OpenAPIInfo, paths: readonly PathItem[], definitions: Definitions): OpenAPIV3 {
  const schemas = Object.entries(definitions).map(([name, definition]) => [name, toSchema(definition)]);
  return {
    openapi: '3.0.0',
    info: { title: info.title, version: info.version },
    paths: sortMembers(Object.fromEntries(paths.map((each) => [each.path, toPathItem(each)]))),
    components: {
      schemas: sortMembers(Object.fromEntries(schemas)),
      securitySchemes: {
        BearerToken: {
          type: 'apiKey',
          description: 'Bearer Token authentication',
          name: 'authorization',
          in: 'header',
        },
      },
    },
  };
}

function toPathItem(item: PathItem): object {
  const members: { [member: string]: unknown } = {};
  for (const method of operationMethods) {
    const operation = item.operations.find((each) => each.method === method);
    if (operation !== undefined) members[method] = toOperation(operation);
  }
  if (item.parameters.length > 0) members['parameters'] = item.parameters.map(toParameter);
  return members;
}

function toOperation(operation: Operation): object {
  const { tag, description, operationId, parameters, body, action, gvk } = operation;
  return {
    tags: [tag],
    description,
    operationId,
    ...(parameters.length > 0 && { parameters: parameters.map(toParameter) }),
    ...(body && {
      requestBody: {
        content: toContent(operation.consumes, body.definition),
        ...(body.required && { required: true }),
      },
    }),
    responses: toResponses(operation),
    ...(action !== undefined && { 'x-kubernetes-action': action }),
    ...(gvk && { 'x-kubernetes-group-version-kind': gvk }),
  };
}

function toParameter({ name, in: place, description, type }: Parameter): object {
  const required = place === 'path' && { required: true };
  return { name, in: place, description, ...required, schema: { type, uniqueItems: true } };
}

const codeTexts: Readonly<Record<string, string>> = { 200: 'OK', 201: 'Created', 202: 'Accepted' };

function toResponses({ codes, produces, answer }: Operation): object {
  const responses = codes.map((code) => [code, { description: codeTexts[code], content: toContent(produces, answer) }]);
  return { ...Object.fromEntries(responses), 401: { description: 'Unauthorized' } };
}

function toContent(mediaTypes: readonly string[], definition: string): object {
  return sortMembers(Object.fromEntries(mediaTypes.map((type) => [type, { schema: toReference(definition) }])));
}

function toSchema(definition: Definition): object {
  const { $ref, ...siblings } = definition;
  if ($ref === undefined) return orderMembers(mapChildren(definition, toSchema));
  // Beside `$ref`, OpenAPI v3 ignores everything: what the field itself says needs a wrapper.
  if (Object.keys(siblings).length === 0) return toReference($ref);
  return orderMembers({ ...siblings, allOf: [toReference($ref)] });
}

function toReference(name: string): object {
  return { $ref: `#/components/schemas/${name}` };
}
