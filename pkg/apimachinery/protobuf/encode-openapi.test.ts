import { readFileSync } from 'node:fs';
import protobuf from 'protobufjs';
import t from 'tap';
import { encodeJSONMessage } from './encode-json-message.ts';
import { encodeOpenAPIV2, encodeOpenAPIV3 } from './encode-openapi.ts';
import { object } from './json-message.ts';
import { toYAMLText } from './yaml-text.ts';

/** A part of gnostic's `openapi.v2`, written down independently of the encoder's table. */
const { root } = protobuf.parse(`
  syntax = "proto3";
  message Document { string swagger = 1; Info info = 2; Paths paths = 8; Map definitions = 9; Params parameters = 10;
    repeated Requirement security = 12; SecurityDefinitions security_definitions = 13; repeated NamedAny ext = 16; }
  message Info { string title = 1; string version = 2; }
  message Any { bytes value = 1; string yaml = 2; }
  message NamedAny { string name = 1; Any value = 2; }
  message Paths { repeated NamedAny ext = 1; repeated NamedPathItem path = 2; }
  message NamedPathItem { string name = 1; PathItem value = 2; }
  message PathItem { Operation get = 2; Operation put = 3; Operation post = 4; Operation delete = 5; Operation patch = 8;
    repeated ParametersItem parameters = 9; }
  message Operation { repeated string tags = 1; string description = 3; string operation_id = 5; repeated string produces = 6;
    repeated string consumes = 7; repeated ParametersItem parameters = 8; Responses responses = 9; bool deprecated = 11;
    repeated NamedAny ext = 13; }
  message ParametersItem { oneof o { Parameter parameter = 1; Ref ref = 2; } }
  message Ref { string _ref = 1; }
  message Params { repeated NamedParameter p = 1; }
  message NamedParameter { string name = 1; Parameter value = 2; }
  message Parameter { oneof o { Body body = 1; NonBody non_body = 2; } }
  message Body { string name = 2; string in = 3; bool required = 4; Schema schema = 5; }
  message NonBody { oneof o { PathParam header = 1; QueryParam form = 2; QueryParam query = 3; PathParam path = 4; } }
  message QueryParam { bool required = 1; string in = 2; string description = 3; string name = 4; string type = 6;
    Any default = 10; bool unique_items = 20; repeated Any enum = 21; }
  message PathParam { bool required = 1; string in = 2; string name = 4; string type = 5; bool unique_items = 19; }
  message Responses { repeated NamedResponse code = 1; }
  message NamedResponse { string name = 1; ResponseValue value = 2; }
  message ResponseValue { oneof o { Response response = 1; Ref ref = 2; } }
  message Response { string description = 1; SchemaItem schema = 2; }
  message SchemaItem { oneof o { Schema schema = 1; File file = 2; } }
  message File { string type = 6; }
  message Map { repeated NamedSchema additional_properties = 1; }
  message NamedSchema { string name = 1; Schema value = 2; }
  message Schema { string _ref = 1; string format = 2; string description = 4; double maximum = 7; double minimum = 9;
    int64 max_length = 11; repeated string required = 19; repeated Any enum = 20; Additional additional = 21; Type type = 22;
    Items items = 23; Map properties = 25; repeated NamedAny ext = 31; }
  message Additional { oneof o { Schema schema = 1; bool boolean = 2; } }
  message Type { repeated string value = 1; }
  message Items { repeated Schema schema = 1; }
  message Requirement { repeated NamedStrings r = 1; }
  message NamedStrings { string name = 1; Strings value = 2; }
  message Strings { repeated string value = 1; }
  message SecurityDefinitions { repeated NamedSecurity s = 1; }
  message NamedSecurity { string name = 1; Security value = 2; }
  message Security { oneof o { Basic basic = 1; ApiKey api_key = 2; Implicit implicit = 3; } }
  message Basic { string type = 1; }
  message ApiKey { string type = 1; string name = 2; string in = 3; }
  message Implicit { string type = 1; string flow = 2; string authorization_url = 4; }
`);

async function reread(document: object): Promise<{ [member: string]: unknown }> {
  const type = root.lookupType('Document');
  return type.toObject(type.decode(await encodeOpenAPIV2(document)), { longs: Number });
}

t.test('a v3 document is encoded as kube-apiserver encodes it, byte for byte', async (t) => {
  const golden = JSON.parse(
    readFileSync(new URL('testdata/openapi-v3-coordination-group.json', import.meta.url), 'utf8'),
  );
  t.equal((await encodeOpenAPIV3(golden.json)).toString('base64'), golden.protobuf);
});

t.test('v2 operations carry what kubectl looks for', async (t) => {
  const gvk = { group: 'a', version: 'v1', kind: 'A' };
  const operation = {
    tags: ['a_v1'],
    description: 'd',
    operationId: 'o',
    produces: ['application/json'],
    consumes: ['*/*'],
    deprecated: true,
    parameters: [
      { name: 'body', in: 'body', required: true, schema: { $ref: '#/definitions/A' } },
      { name: 'fieldValidation', in: 'query', type: 'string', uniqueItems: true, enum: ['Strict', 1], default: '' },
      { name: 'name', in: 'path', required: true, type: 'string', uniqueItems: true },
      { name: 'X-H', in: 'header', type: 'string' },
      { name: 'f', in: 'formData', type: 'file' },
      { $ref: '#/parameters/p' },
    ],
    responses: {
      '200': { description: 'OK', schema: { $ref: '#/definitions/A' } },
      '201': { $ref: '#/responses/r' },
      default: { description: 'file', schema: { type: 'file' } },
    },
    'x-kubernetes-action': 'patch',
    'x-kubernetes-group-version-kind': gvk,
  };
  const document = await reread({
    swagger: '2.0',
    info: { title: 'T', version: '1' },
    paths: { '/a': { patch: operation } },
  });
  t.same(document, {
    swagger: '2.0',
    info: { title: 'T', version: '1' },
    paths: {
      path: [
        {
          name: '/a',
          value: {
            patch: {
              tags: ['a_v1'],
              description: 'd',
              operationId: 'o',
              produces: ['application/json'],
              consumes: ['*/*'],
              deprecated: true,
              parameters: [
                {
                  parameter: {
                    body: { name: 'body', in: 'body', required: true, schema: { _ref: '#/definitions/A' } },
                  },
                },
                {
                  parameter: {
                    nonBody: {
                      query: {
                        in: 'query',
                        name: 'fieldValidation',
                        type: 'string',
                        uniqueItems: true,
                        default: { yaml: '""\n' },
                        enum: [{ yaml: 'Strict\n' }, { yaml: '1\n' }],
                      },
                    },
                  },
                },
                {
                  parameter: {
                    nonBody: { path: { required: true, in: 'path', name: 'name', type: 'string', uniqueItems: true } },
                  },
                },
                { parameter: { nonBody: { header: { in: 'header', name: 'X-H', type: 'string' } } } },
                { parameter: { nonBody: { form: { in: 'formData', name: 'f', type: 'file' } } } },
                { ref: { _ref: '#/parameters/p' } },
              ],
              responses: {
                code: [
                  {
                    name: '200',
                    value: { response: { description: 'OK', schema: { schema: { _ref: '#/definitions/A' } } } },
                  },
                  { name: '201', value: { ref: { _ref: '#/responses/r' } } },
                  { name: 'default', value: { response: { description: 'file', schema: { file: { type: 'file' } } } } },
                ],
              },
              ext: [
                { name: 'x-kubernetes-action', value: { yaml: 'patch\n' } },
                { name: 'x-kubernetes-group-version-kind', value: { yaml: 'group: a\nkind: A\nversion: v1\n' } },
              ],
            },
          },
        },
      ],
    },
  });
});

t.test('v2 definitions keep structure, limits and extensions; a property may be called anything', async (t) => {
  const definition = {
    description: 'D',
    type: 'object',
    required: ['a'],
    properties: {
      a: { type: 'array', items: { $ref: '#/definitions/B' } },
      'x-b': { type: 'object', additionalProperties: { type: 'string' } },
      toString: { type: 'object', additionalProperties: true },
      __proto__x: {
        type: 'integer',
        format: 'int32',
        maximum: 1.5,
        minimum: -2,
        maxLength: 4_294_967_296,
        enum: [null],
      },
    },
    'x-kubernetes-group-version-kind': [{ group: '', kind: 'A', version: 'v1' }],
    unknownMember: true,
    readOnly: null,
  };
  const { definitions } = await reread({ definitions: { A: definition } });
  t.same(definitions, {
    additionalProperties: [
      {
        name: 'A',
        value: {
          description: 'D',
          required: ['a'],
          type: { value: ['object'] },
          properties: {
            additionalProperties: [
              { name: 'a', value: { type: { value: ['array'] }, items: { schema: [{ _ref: '#/definitions/B' }] } } },
              {
                name: 'x-b',
                value: { type: { value: ['object'] }, additional: { schema: { type: { value: ['string'] } } } },
              },
              { name: 'toString', value: { type: { value: ['object'] }, additional: { boolean: true } } },
              {
                name: '__proto__x',
                value: {
                  format: 'int32',
                  maximum: 1.5,
                  minimum: -2,
                  maxLength: 4_294_967_296,
                  enum: [{ yaml: 'null\n' }],
                  type: { value: ['integer'] },
                },
              },
            ],
          },
          ext: [
            {
              name: 'x-kubernetes-group-version-kind',
              value: { yaml: '- group: ""\n  kind: A\n  version: v1\n' },
            },
          ],
        },
      },
    ],
  });
});

t.test('v2 security and shared parameters survive', async (t) => {
  const document = await reread({
    parameters: { 'p-1': { name: 'p', in: 'query', type: 'string' } },
    security: [{ BearerToken: [], other: ['scope'] }],
    securityDefinitions: {
      BearerToken: { type: 'apiKey', name: 'authorization', in: 'header' },
      basic: { type: 'basic' },
      oauth: { type: 'oauth2', flow: 'implicit', authorizationUrl: 'https://a' },
      strange: { type: 'quantum' },
    },
    'x-root': { a: [1] },
  });
  t.same(document, {
    parameters: { p: [{ name: 'p-1', value: { nonBody: { query: { in: 'query', name: 'p', type: 'string' } } } }] },
    security: [
      {
        r: [
          { name: 'BearerToken', value: {} },
          { name: 'other', value: { value: ['scope'] } },
        ],
      },
    ],
    securityDefinitions: {
      s: [
        { name: 'BearerToken', value: { apiKey: { type: 'apiKey', name: 'authorization', in: 'header' } } },
        { name: 'basic', value: { basic: { type: 'basic' } } },
        { name: 'oauth', value: { implicit: { type: 'oauth2', flow: 'implicit', authorizationUrl: 'https://a' } } },
        { name: 'strange', value: {} },
      ],
    },
    ext: [{ name: 'x-root', value: { yaml: 'a: [1]\n' } }],
  });
});

t.test('a document with members of the wrong type is refused, and the text says where', async (t) => {
  const cases: [object, string][] = [
    [{ paths: { '/x': { get: { tags: 'a' } } } }, 'Document.paths./x.get.tags: expected an array, found string'],
    [{ swagger: 2 }, 'Document.swagger: expected a string, found number'],
    [{ info: [] }, 'Document.info: expected an object, found array'],
    [
      { definitions: { A: { properties: { b: 'c' } } } },
      'Document.definitions.A.properties.b: expected an object, found string',
    ],
    [{ definitions: { A: { maxLength: 1.5 } } }, 'Document.definitions.A.maxLength: expected an integer, found number'],
    [
      { definitions: { A: { uniqueItems: 'yes' } } },
      'Document.definitions.A.uniqueItems: expected a boolean, found string',
    ],
    [{ schemes: [null] }, 'Document.schemes: expected a string, found null'],
  ];
  for (const [document, message] of cases) await t.rejects(encodeOpenAPIV2(document), new TypeError(message));
  await t.rejects(
    encodeJSONMessage({ a: {} }, 'A', { A: object({ a: [1, 'B'] }) }),
    new TypeError('A.a: there is no protobuf message B'),
  );
});

t.test('an arbitrary value becomes YAML: block style outside, JSON inside, quotes where they are needed', async (t) => {
  const cases: [unknown, string][] = [
    ['atomic', 'atomic\n'],
    ['', '""\n'],
    ['null', '"null"\n'],
    ['Yes', '"Yes"\n'],
    ['a: b', '"a: b"\n'],
    ['1', '"1"\n'],
    ['a\u0085\ufeffb', '"a\\u0085\\ufeffb"\n'],
    [1.5, '1.5\n'],
    [true, 'true\n'],
    [null, 'null\n'],
    [{}, '{}\n'],
    [[], '[]\n'],
    [['type', 'a b'], '- type\n- "a b"\n'],
    [[[1], { b: { c: 'd' }, a: [2] }, {}], '- [1]\n- a: [2]\n  b: {"c":"d"}\n- {}\n'],
    [{ 'x y': 1, a: 'b' }, 'a: b\n"x y": 1\n'],
  ];
  for (const [value, text] of cases) t.equal(toYAMLText(value), text);
});
