import t from 'tap';
import type { JSONObject } from '../../../../apimachinery/runtime/json.ts';
import { buildOpenAPIV2 } from '../openapi-v2.ts';
import { buildOpenAPIV3 } from '../openapi-v3.ts';
import { checkOpenAPIV2 } from './check-openapi-v2.ts';
import { convertToOpenAPIV3 } from './convert-v2-to-v3.ts';
import { convertToOpenAPIV2 } from './convert-v3-to-v2.ts';
import { discoveredOptions, toDiscoveredKinds } from './discovered-kinds.ts';
import { MergedOpenAPIV2 } from './merged-openapi-v2.ts';
import { newOpenAPIV2Part } from './openapi-v2-part.ts';
import { filterOpenAPIV2, type OpenAPIV2Source } from './openapi-v2-source.ts';
import { parseOpenAPIV2, parseOpenAPIV3 } from './parse-document.ts';

const info = { title: 'Test', version: '1' };
const gv = { group: 'a.example', version: 'v1' };
const verbs = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch', 'deletecollection'];

function gadgets(kind = 'Gadget') {
  const plural = `${kind.toLowerCase()}s`;
  return {
    resource: plural,
    responseKind: { ...gv, kind },
    scope: 'Namespaced' as const,
    singularResource: kind.toLowerCase(),
    verbs,
    subresources: [
      { subresource: 'status', responseKind: { ...gv, kind }, verbs: ['get', 'patch', 'update'] },
      { subresource: 'exec', responseKind: { group: '', version: '', kind: '' }, verbs: ['create'] },
    ],
  };
}

/** A document of a kind as our own library writes it. */
function synthesised(group: string, kind?: string): OpenAPIV2Source {
  const of = { group, version: 'v1' };
  const kinds = toDiscoveredKinds(of, { version: 'v1', resources: [gadgets(kind)] });
  return filterOpenAPIV2(buildOpenAPIV2(kinds, { info, ...discoveredOptions }) as unknown as JSONObject, of);
}

const bytes = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

function emptySource(definitions: JSONObject, parameters: JSONObject = {}): OpenAPIV2Source {
  return { paths: { '/apis/a.example/v1/': { get: { responses: {} } } }, definitions, parameters };
}

/** The merged document of a server without kinds and of others, by key. */
function merge(parts: Readonly<Record<string, OpenAPIV2Source>>, own: JSONObject = {}): MergedOpenAPIV2 {
  const merged = new MergedOpenAPIV2({ swagger: '2.0', info, paths: {}, definitions: {}, parameters: {}, ...own });
  for (const [key, source] of Object.entries(parts)) merged.set(key, newOpenAPIV2Part(source));
  return merged;
}

const textOf = (merged: MergedOpenAPIV2): string => merged.document().json().body.toString();
const parsed = (merged: MergedOpenAPIV2): Record<'definitions' | 'parameters' | 'paths', Record<string, unknown>> =>
  JSON.parse(textOf(merged));

t.test('documents that clients could not use are refused, with the reason', async (t) => {
  const nested = (depth: number): unknown => (depth === 0 ? {} : { properties: { a: nested(depth - 1) } });
  const bad: readonly (readonly [unknown, RegExp])[] = [
    [[], /not a JSON object/],
    [{ paths: {} }, /openapi is not 3/],
    [{ openapi: '3.0.0', paths: [] }, /paths is not an object/],
    [{ openapi: '3.0.0', paths: { '/x': 3 } }, /paths: \/x/],
    [{ openapi: '3.0.0', paths: { '/x': { get: 3 } } }, /get \/x/],
    [{ openapi: '3.0.0', components: { schemas: { A: 3 } } }, /schemas: A/],
    [
      { openapi: '3.0.0', components: { schemas: { A: { $ref: '#/components/schemas/B' } } } },
      /"#\/components\/schemas\/B"/,
    ],
    [{ openapi: '3.0.0', components: { schemas: { A: { items: { $ref: 'http://elsewhere/' } } } } }, /leads nowhere/],
    [{ openapi: '3.0.0', components: { schemas: { A: { items: { $ref: '#/%zz' } } } } }, /leads nowhere/],
    [{ openapi: '3.0.0', components: { schemas: { A: nested(300) } } }, /nested deeper/],
  ];
  for (const [document, reason] of bad) t.throws(() => parseOpenAPIV3(bytes(document)), { message: reason });
  t.throws(() => parseOpenAPIV3(Buffer.from('{')), SyntaxError);
  t.throws(() => parseOpenAPIV2(bytes({ swagger: '3.0' })), { message: /swagger/ });
  t.equal(parseOpenAPIV2(bytes({ path: '/openapi/v2' })), undefined, 'an answer to every path');
  t.throws(() => parseOpenAPIV2(bytes({ swagger: '2.0', definitions: { A: null } })), { message: /definitions: A/ });
  t.doesNotThrow(() =>
    parseOpenAPIV3(bytes({ openapi: '3.0.0', components: { schemas: { A: { default: { $ref: '#/nowhere' } } } } })),
  );
});

t.test('what old clients would refuse is refused before it reaches the merged document', async (t) => {
  const bad: readonly (readonly [unknown, RegExp])[] = [
    [3, /definitions.A is not an object/],
    [{ $ref: '#/definitions/B', type: 'object' }, /beside \$ref/],
    [{ $ref: '#/definitions/B/items' }, /which is no definition/],
    [{ type: ['string', 'null'] }, /not exactly one type/],
    [{ properties: { list: { type: 'array' } } }, /definitions.A.list is an array without items/],
    [{ properties: [] }, /properties of definitions.A/],
    [{ additionalProperties: { items: { type: 3 } } }, /definitions.A.\*\[\]/],
    [{ description: {} }, /string/],
  ];
  for (const [schema, message] of bad) await t.rejects(checkOpenAPIV2(emptySource({ A: schema })), { message });
  await t.resolves(checkOpenAPIV2(synthesised('a.example')));
});

t.test('a service speaks for its own group/version alone', async (t) => {
  const kind = (group: string, name: string) => ({ group, version: 'v1', kind: name });
  const document = {
    swagger: '2.0',
    paths: {
      '/apis/a.example/v1/gadgets': {
        parameters: [{ $ref: '#/parameters/shared' }],
        get: { responses: { 200: { $ref: '#/responses/all' }, 401: { description: 'no' } } },
      },
      '/apis/a.example/v10/gadgets': {},
      '/apis/b.example/v1/others': {},
      '/api/v1/pods': {},
    },
    definitions: {
      Gadget: {
        properties: { spec: { $ref: '#/definitions/Spec' } },
        'x-kubernetes-group-version-kind': [kind('a.example', 'Gadget')],
      },
      Spec: { 'x-kubernetes-group-version-kind': [kind('', 'Pod')], items: { $ref: '#/definitions/Spec' } },
      Unused: {},
      Pod: { 'x-kubernetes-group-version-kind': [kind('', 'Pod')] },
    },
    parameters: { shared: { name: 'pretty', in: 'query', type: 'string' }, other: {} },
    responses: { all: { description: 'OK', schema: { $ref: '#/definitions/Gadget' } } },
  };
  const filtered = filterOpenAPIV2(parseOpenAPIV2(bytes(document)) ?? {}, gv);
  t.same(Object.keys(filtered.paths), ['/apis/a.example/v1/gadgets']);
  t.same(Object.keys(filtered.definitions), ['Gadget', 'Spec']);
  t.same(filtered.definitions['Spec'], { items: { $ref: '#/definitions/Spec' } }, 'the kind of somebody else is gone');
  t.same(Object.keys(filtered.parameters), ['shared']);
  t.match(filtered.paths['/apis/a.example/v1/gadgets'], { get: { responses: { 200: document.responses.all } } });
});

t.test('from v3 to v2 and back the kinds, fields and operations stay', async (t) => {
  const kinds = toDiscoveredKinds(gv, { version: 'v1', resources: [gadgets()] });
  const v3 = buildOpenAPIV3(gv, kinds, { info, ...discoveredOptions });
  const v2 = convertToOpenAPIV2(parseOpenAPIV3(bytes(v3)));
  const expected = synthesised('a.example');
  t.same(Object.keys(v2.paths).toSorted(), Object.keys(expected.paths).toSorted());
  t.match(filterOpenAPIV2(v2, gv).definitions, expected.definitions);
  await checkOpenAPIV2({ ...v2, parameters: {} });
  const patch = (v2.paths['/apis/a.example/v1/namespaces/{namespace}/gadgets/{name}'] as JSONObject)['patch'];
  t.match(patch, {
    consumes: discoveredOptions.patchTypes?.toSorted(),
    'x-kubernetes-action': 'patch',
    'x-kubernetes-group-version-kind': { ...gv, kind: 'Gadget' },
  });
  t.ok(JSON.stringify(patch).includes('"name":"fieldValidation","in":"query"'), 'kubectl looks for this');

  const back = convertToOpenAPIV3(expected, info);
  t.match(parseOpenAPIV3(bytes(back)), {
    paths: {
      '/apis/a.example/v1/namespaces/{namespace}/gadgets/{name}': {
        patch: { requestBody: { required: true, content: { 'application/apply-patch+yaml': { schema: {} } } } },
        get: { responses: { 200: { content: { 'application/json': { schema: {} } } } } },
      },
    },
    components: { schemas: { 'example.a.v1.Gadget': { 'x-kubernetes-group-version-kind': [{ kind: 'Gadget' }] } } },
  });
});

t.test('what v2 cannot express restricts nothing there', async (t) => {
  const schemas = {
    A: {
      properties: {
        wrapped: { description: 'text', default: {}, allOf: [{ $ref: '#/components/schemas/B' }] },
        either: { description: 'text', oneOf: [{ type: 'string' }, { type: 'integer' }] },
        both: { allOf: [{ type: 'string' }, { minLength: 3 }] },
        nullable: { type: 'string', nullable: true },
        types: { type: ['string', 'null'] },
        list: { type: 'array', items: { $ref: '#/components/schemas/B' } },
        map: { type: 'object', additionalProperties: { type: 'string' } },
        inside: { $ref: '#/components/schemas/A/properties/list' },
        cookie: {},
      },
    },
    B: { type: 'string' },
  };
  const { definitions } = convertToOpenAPIV2(parseOpenAPIV3(bytes({ openapi: '3.0.0', components: { schemas } })));
  t.same((definitions['A'] as JSONObject)['properties'], {
    both: {},
    cookie: {},
    either: { description: 'text' },
    inside: {},
    list: { type: 'array', items: { $ref: '#/definitions/B' } },
    map: { type: 'object', additionalProperties: { type: 'string' } },
    nullable: {},
    types: {},
    wrapped: { description: 'text', $ref: '#/definitions/B' },
  });
});

t.test('v2 parameters, bodies and references become those of v3', async (t) => {
  const source = {
    paths: {
      '/apis/a.example/v1/x': {
        parameters: [{ $ref: '#/parameters/p' }, 3],
        post: {
          consumes: ['application/yaml'],
          schemes: ['https'],
          parameters: [
            { name: 'body', in: 'body', description: 'b', schema: { $ref: '#/definitions/A', description: 'd' } },
            { name: 'q', in: 'query', type: 'array', items: { type: 'string' }, collectionFormat: 'csv', 'x-y': 1 },
          ],
          responses: { 200: { description: 'OK', schema: { type: 'array', items: [{ type: 'string' }] } }, 201: 3 },
        },
        'x-z': 1,
      },
      '/apis/a.example/v1/y': 3,
    },
    definitions: { A: { additionalProperties: { $ref: '#/definitions/A' }, allOf: [{ type: 'object' }] }, B: 3 },
    parameters: { p: { name: 'p', in: 'query', type: 'string', uniqueItems: true, required: true } },
  };
  const { paths, components } = convertToOpenAPIV3(source, info) as unknown as Record<string, JSONObject>;
  t.same(paths?.['/apis/a.example/v1/x'], {
    post: {
      parameters: [{ name: 'q', in: 'query', 'x-y': 1, schema: { type: 'array', items: { type: 'string' } } }],
      requestBody: {
        description: 'b',
        content: {
          'application/yaml': { schema: { description: 'd', allOf: [{ $ref: '#/components/schemas/A' }] } },
        },
      },
      responses: {
        200: {
          description: 'OK',
          content: { 'application/json': { schema: { type: 'array', items: { type: 'string' } } } },
        },
        201: 3,
      },
    },
    'x-z': 1,
    parameters: [{ name: 'p', in: 'query', required: true, schema: { type: 'string', uniqueItems: true } }],
  });
  t.same(components?.['schemas'], {
    A: { additionalProperties: { $ref: '#/components/schemas/A' }, allOf: [{ type: 'object' }] },
    B: 3,
  });
});

t.test(
  'equal definitions are shared, different ones renamed by the names of their parts, in whatever order they came',
  async (t) => {
    const kind = (group: string) => ({
      'x-kubernetes-group-version-kind': [{ group, version: 'v1', kind: 'Options' }],
    });
    const source = (group: string, inner: string): OpenAPIV2Source => ({
      paths: { [`/apis/${group}/v1/x`]: { get: { schema: { $ref: '#/definitions/Outer' } } } },
      definitions: {
        Outer: { properties: { inner: { $ref: '#/definitions/Inner' } } },
        Inner: { description: inner, properties: { self: { $ref: '#/definitions/Inner' } } },
        Options: { type: 'object', ...kind(group) },
      },
      parameters: {},
    });
    const parts = { b: source('b', 'two'), a: source('a', 'one'), c: source('c', 'two'), d: source('d', 'one') };
    const merged = merge(parts);
    const { definitions, paths } = parsed(merged);
    t.same(Object.keys(definitions).toSorted(), ['Inner', 'Inner_v2', 'Options', 'Outer', 'Outer_v2']);
    t.same(definitions['Inner_v2'], { description: 'two', properties: { self: { $ref: '#/definitions/Inner_v2' } } });
    t.same(
      definitions['Outer_v2'],
      { properties: { inner: { $ref: '#/definitions/Inner_v2' } } },
      'what refers to it follows',
    );
    t.match(paths['/apis/b/v1/x'], { get: { schema: { $ref: '#/definitions/Outer_v2' } } });
    t.match(paths['/apis/d/v1/x'], { get: { schema: { $ref: '#/definitions/Outer' } } });
    const groups = ['a', 'b', 'c', 'd'].map((group) => ({ group, kind: 'Options', version: 'v1' }));
    t.same(definitions['Options'], { type: 'object', 'x-kubernetes-group-version-kind': groups });

    const { a, b, c, d } = parts;
    t.equal(textOf(merge({ d, c, b, a })), textOf(merged), 'the order does not matter');
    merged.delete('a');
    t.equal(textOf(merged), textOf(merge({ b, c, d })), 'nor what was there before');
    merged.set('a', newOpenAPIV2Part(a));
    t.equal(textOf(merged), textOf(merge(parts)));
    merged.set('a', newOpenAPIV2Part(b));
    merged.set('a', newOpenAPIV2Part(a));
    t.equal(textOf(merged), textOf(merge(parts)));
    for (const key of ['a', 'b', 'c', 'd', 'unknown']) merged.delete(key);
    t.same(parsed(merged), { swagger: '2.0', info, paths: {}, definitions: {}, parameters: {} });
  },
);

t.test('a name that a service uses is not given to a renamed one; the own server keeps all of its names', async (t) => {
  const own = { definitions: { A: { type: 'string' }, B: { type: 'string' } }, parameters: { p: { name: 'own' } } };
  const merged = merge(
    {
      one: {
        paths: {},
        definitions: { A: { type: 'integer' }, A_v2: { type: 'boolean' } },
        parameters: { p: { name: 'one' } },
      },
    },
    own,
  );
  t.same(parsed(merged).definitions, {
    A: { type: 'string' },
    A_v2: { type: 'boolean' },
    A_v3: { type: 'integer' },
    B: { type: 'string' },
  });
  t.same(parsed(merged).parameters, { p: { name: 'own' }, p_v2: { name: 'one' } });
  merged.set('two', newOpenAPIV2Part(emptySource({ A_v3: { type: 'number' } })));
  t.match(parsed(merged).definitions, { A_v3: { type: 'number' }, A_v4: { type: 'integer' } });
});

t.test('names with slashes and texts that look like references survive a renaming', async (t) => {
  const source: OpenAPIV2Source = {
    paths: {},
    definitions: {
      'a/b~c': { description: 'see "$ref":"#/definitions/a/b"' },
      User: { items: { $ref: '#/definitions/a~1b~0c' }, description: 'a\\"$ref":"#/definitions/User"' },
    },
    parameters: {},
  };
  const merged = merge({ one: source }, { definitions: { 'a/b~c': { type: 'string' } } });
  t.same(parsed(merged).definitions, {
    'a/b~c': { type: 'string' },
    'a/b~c_v2': source.definitions['a/b~c'],
    User: { items: { $ref: '#/definitions/a~1b~0c_v2' }, description: 'a\\"$ref":"#/definitions/User"' },
  });
});

t.test('the protobuf form is made of the pieces, and says the same', async (t) => {
  const merged = merge({ one: synthesised('a.example'), two: synthesised('b.example', 'Widget') });
  const document = merged.document();
  const { body, etag, contentType } = await document.protobuf();
  t.equal(etag, document.json().etag);
  t.match(contentType, /protobuf/);
  for (const text of ['example.a.v1.Gadget', 'example.b.v1.Widget', '/apis/b.example/v1/', 'swagger', 'Test']) {
    t.ok(text === 'swagger' || body.includes(text), text);
  }
  t.equal(merged.document(), merged.document(), 'nothing is made anew as long as nothing changes');
});

t.test('one changed document of 500 costs as much as itself', async (t) => {
  const text = JSON.stringify(synthesised('a.example'));
  const sourceOf = (group: string, kind = 'Gadget'): OpenAPIV2Source =>
    JSON.parse(text.replaceAll('a.example', `${group}.example`).replaceAll('Gadget', kind)) as OpenAPIV2Source;
  const merged = merge(
    Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`g${index}`, sourceOf(`g${index}`)])),
  );
  merged.document().json();
  const durations: number[] = [];
  for (let round = 0; round < 10; round++) {
    const source = sourceOf('g250', `Gadget${round}`);
    const started = process.cpuUsage();
    merged.set('g250', newOpenAPIV2Part(source));
    const document = merged.document();
    const { user, system } = process.cpuUsage(started);
    durations.push((user + system) / 1000);
    if (round === 0) t.ok(document.json().body.includes('Gadget0'));
  }
  const best = Math.min(...durations);
  t.ok(best < 20, `${best} ms of CPU time`);
});

t.test('kinds of which only discovery is known take every field and advertise nothing special', async (t) => {
  const unnamed = { ...gadgets(), resource: 'unnamed', responseKind: { group: '', version: '', kind: '' } };
  const kinds = toDiscoveredKinds(gv, { version: 'v1', resources: [gadgets(), unnamed] });
  t.same(
    kinds.map(({ kind }) => kind),
    ['Gadget'],
  );
  t.same(toDiscoveredKinds(gv, { version: 'v1' }), []);
  const v3 = buildOpenAPIV3(gv, kinds, { info, ...discoveredOptions });
  t.notOk(JSON.stringify(v3).includes('strategic-merge'));
  t.notOk(Object.keys(v3.paths).some((path) => path.endsWith('/exec')));
  t.ok(Object.keys(v3.paths).some((path) => path.endsWith('/status')));
  t.match(v3.components.schemas['example.a.v1.Gadget'], { 'x-kubernetes-preserve-unknown-fields': true });
});
