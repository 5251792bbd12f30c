import { createHash } from 'node:crypto';
import t, { type Test } from 'tap';
import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';
import type { KindDefinition } from '../../apimachinery/schema/kind-definition.ts';
import type { ObjectFromSchema } from '../../apimachinery/schema/schema.ts';
import { forbidden, invalid } from '../../apimachinery/validation/field-error.ts';
import { type APIServerFixture, startAPIServer } from '../../testing/api-server-fixture.ts';
import { eventually } from '../../testing/eventually.ts';
import { openRawClient } from '../../testing/raw-client.ts';
import type { AdmissionRequest } from '../admission/admission.ts';
import { respond, startStream } from '../endpoints/response/respond.ts';
import { anonymousUser } from '../user-info.ts';
import { newAspectSubresource } from './aspect.ts';
import { getAtPath, parseJSONPath, setAtPath } from './json-path.ts';
import { newScaleSubresource } from './scale.ts';
import type { ConnectSubresource, Subresource, VerbSubresource } from './subresource.ts';

const robotSchema = {
  $id: 'com.example.test.v1.Robot',
  type: 'object',
  description: 'Robot has a scale.',
  properties: {
    spec: {
      type: 'object',
      properties: {
        replicas: { type: 'integer', format: 'int32' },
        approved: { type: 'boolean' },
        odd: { 'x-kubernetes-preserve-unknown-fields': true },
      },
    },
    status: { type: 'object', properties: { ready: { type: 'integer' }, selector: { type: 'string' } } },
  },
} as const;

type Robot = ObjectFromSchema<typeof robotSchema>;

const robotKind: KindDefinition<Robot> = {
  group: 'robots.example.com',
  version: 'v1',
  kind: 'Robot',
  plural: 'robots',
  singular: 'robot',
  scope: 'Namespaced',
  schema: robotSchema,
  statusSubresource: true,
  strategy: {
    prepareForUpdate(draft, old) {
      if (draft.spec !== undefined) delete draft.spec.approved;
      if (old.spec?.approved !== undefined) draft.spec = { ...draft.spec, approved: old.spec.approved };
    },
    validate: ({ spec }) => ((spec?.replicas ?? 0) > 100 ? [invalid('spec.replicas', spec?.replicas, 'too many')] : []),
  },
};

const scale = newScaleSubresource<Robot>({
  specReplicasPath: '.spec.replicas',
  statusReplicasPath: '.status.ready',
  labelSelectorPath: '.status.selector',
});

/** Whoever may write to this path may approve, and not do so twice. */
const approval = newAspectSubresource<Robot>({
  name: 'approval',
  verbs: ['get', 'update'],
  strategy: {
    prepareForUpdate: () => undefined,
    validateUpdate: (_, old) => (old.spec?.approved === true ? [forbidden('spec.approved', 'is approved')] : []),
  },
});

/** What `pods/eviction` is: a kind that is only ever sent. */
const reboot: VerbSubresource<Robot> = {
  name: 'reboot',
  kind: { group: 'power.example.com', version: 'v1', kind: 'Reboot', schema: { $id: 'power.Reboot', type: 'object' } },
  verbs: {
    create:
      ({ store }) =>
      async (context) => {
        const { metadata } = await store.get(context.info);
        respond(context, { status: 201, contentType: 'text/plain', body: `rebooted ${metadata.uid ?? ''}` });
      },
  },
};

/** What `pods/exec` and `services/proxy` are. */
const shell: ConnectSubresource<Robot> = {
  name: 'shell',
  kind: { group: '', version: 'v1', kind: 'ShellOptions' },
  connect:
    ({ store }) =>
    async (context) => {
      await store.get(context.info);
      const { info, method, query, upgrade } = context;
      if (upgrade !== undefined) return talk(context);
      if (query.get('follow') === 'me') return stream(context);
      respond(context, {
        status: 200,
        contentType: 'text/plain',
        body: `${method} ${info.verb} ${info.parts.slice(3).join('|')}`,
      });
    },
};

type Context = Parameters<ReturnType<ConnectSubresource<Robot>['connect']>>[0];

/** Sends a line when it begins and another one when it is told to end. */
async function stream(context: Context): Promise<void> {
  startStream(context, { status: 200, contentType: 'text/plain' });
  const write = (text: string) => (context.response as NodeJS.WritableStream).write(text);
  write('begun\n');
  await new Promise<void>((resolve) => context.signal.addEventListener('abort', () => resolve(), { once: true }));
  if (!context.response.destroyed) context.response.end('ended\n');
}

/** Answers every line in capitals. */
async function talk({ request, upgrade, signal }: Context): Promise<void> {
  const taken = upgrade?.takeSocket();
  if (taken === undefined) return;
  const { socket } = taken;
  const accept = createHash('sha1').update(String(request.headers['sec-websocket-key'])).digest('base64');
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: loud\r\nConnection: Upgrade\r\nX-Accept: ${accept}\r\n\r\n`,
  );
  socket.on('data', (chunk: Buffer) => void socket.write(chunk.toString().toUpperCase()));
  signal.addEventListener('abort', () => socket.end('BYE\n'), { once: true });
  await new Promise<void>((resolve) => socket.once('close', () => resolve()));
}

const priority = { groupPriorityMinimum: 1000, versionPriority: 15 };
const path = '/apis/robots.example.com/v1/namespaces/n/robots';
const write = { user: anonymousUser, dryRun: false, warn: () => undefined };

interface Fixture extends APIServerFixture {
  /** What admission was asked. */
  readonly admitted: readonly AdmissionRequest[];
  readonly create: (name: string, robot?: Partial<Robot>) => Promise<Robot>;
}

async function start(
  t: Test,
  subresources: readonly Subresource<Robot>[] = [scale, approval, reboot, shell],
): Promise<Fixture> {
  const admitted: AdmissionRequest[] = [];
  const admission = [{ name: 'recorder', validate: (request: AdmissionRequest) => void admitted.push(request) }];
  let create: Fixture['create'] | undefined;
  const fixture = await startAPIServer(t, {
    admission,
    prepare(server) {
      const store = server.install(robotKind, priority, { subresources });
      create = async (name, { status, ...robot } = {}) => {
        const created = await store.create(
          { apiVersion: 'robots.example.com/v1', kind: 'Robot', metadata: { name }, ...robot },
          'n',
          write,
        );
        if (status === undefined) return created;
        const transform = (old: Robot): Robot => ({ ...structuredClone(old), status });
        return store.update({ namespace: 'n', name, subresource: 'status', transform }, write);
      };
    },
  });
  return {
    ...fixture,
    admitted,
    create: (name, robot) => create?.(name, robot) ?? Promise.reject(new Error('not ready')),
  };
}

const json = (type: string) => ({ headers: { 'Content-Type': `application/${type}` } });

t.test('the scale of an object is read', async (t) => {
  const { admin, create } = await start(t);
  const { metadata } = await create('a', { spec: { replicas: 3 }, status: { ready: 2, selector: 'app=a' } });
  const { uid, resourceVersion, creationTimestamp } = metadata;
  const { status, json: seen } = await admin.get(`${path}/a/scale`);
  t.equal(status, 200);
  t.strictSame(seen, {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name: 'a', namespace: 'n', uid, resourceVersion, creationTimestamp },
    spec: { replicas: 3 },
    status: { replicas: 2, selector: 'app=a' },
  });
  await create('zero', { spec: { replicas: 0 } });
  t.match((await admin.get(`${path}/zero/scale`)).json, { spec: { replicas: undefined }, status: { replicas: 0 } });
  const table = await admin.get(`${path}/a/scale`, {
    headers: { Accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' },
  });
  t.match(table.json, { kind: 'Table', rows: [{ cells: ['a'] }] });
});

t.test('objects without a scale, and of another shape than was promised', async (t) => {
  const { admin, create } = await start(t);
  await create('none');
  t.match((await admin.get(`${path}/none/scale`)).json, {
    code: 500,
    message: 'Internal error occurred: the spec replicas field ".spec.replicas" does not exist',
  });
  t.match((await admin.get(`${path}/missing/scale`)).json, { code: 404, details: { kind: 'robots', name: 'missing' } });
  const merge = { ...json('merge-patch+json'), body: { metadata: { labels: { a: 'b' } } } };
  t.match((await admin.send('PATCH', `${path}/none/scale`, merge)).json, {
    code: 400,
    message: 'the spec replicas field ".spec.replicas" cannot be empty',
  });
  const set = { ...json('merge-patch+json'), body: { spec: { replicas: 1 } } };
  t.match((await admin.send('PATCH', `${path}/none/scale`, set)).json, { spec: { replicas: 1 } });
});

t.test('the scale of an object is written', async (t) => {
  const { admin, create, admitted } = await start(t);
  const created = await create('a', { spec: { replicas: 1, odd: { keep: [1] } }, status: { ready: 1 } });
  const body = { apiVersion: 'autoscaling/v1', kind: 'Scale', metadata: { name: 'a' }, spec: { replicas: 5 } };
  const put = await admin.send('PUT', `${path}/a/scale`, { body });
  t.match([put.status, put.json], [200, { kind: 'Scale', spec: { replicas: 5 }, status: { replicas: 1 } }]);
  t.match((await admin.get(`${path}/a`)).json, {
    spec: { replicas: 5, odd: { keep: [1] } },
    status: { ready: 1 },
    metadata: { generation: (created.metadata.generation ?? 0) + 1 },
  });
  t.match(admitted.at(-1), { operation: 'UPDATE', subresource: 'scale', kind: { kind: 'Robot' }, name: 'a' });
  const jsonPatch = { ...json('json-patch+json'), body: [{ op: 'replace', path: '/spec/replicas', value: 7 }] };
  t.match((await admin.send('PATCH', `${path}/a/scale`, jsonPatch)).json, { spec: { replicas: 7 } });
  // client-go leaves a zero out.
  const zero = await admin.send('PUT', `${path}/a/scale`, { body: { ...body, spec: {} } });
  t.match([zero.status, zero.json], [200, { kind: 'Scale' }]);
  t.match((await admin.get(`${path}/a`)).json, { spec: { replicas: 0 } });
  const before = (await admin.get(`${path}/a`)).json as KubernetesObject;
  t.equal((await admin.send('PUT', `${path}/a/scale?dryRun=All`, { body })).status, 200);
  await admin.send('PUT', `${path}/a/scale`, { body: { ...body, spec: {} } });
  const after = (await admin.get(`${path}/a`)).json as KubernetesObject;
  t.equal(
    after.metadata.resourceVersion,
    before.metadata.resourceVersion,
    'neither a dry run nor the same number writes',
  );
});

t.test('what is refused of a scale', async (t) => {
  const { admin, create } = await start(t);
  await create('a', { spec: { replicas: 1 } });
  const put = async (differences: object) => {
    const body = {
      apiVersion: 'autoscaling/v1',
      kind: 'Scale',
      metadata: { name: 'a' },
      spec: { replicas: 2 },
      ...differences,
    };
    return (await admin.send('PUT', `${path}/a/scale`, { body })).json;
  };
  t.match(await put({ spec: { replicas: -1 } }), {
    code: 422,
    message: 'Scale.autoscaling "a" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0',
  });
  t.match(await put({ spec: { replicas: 101 } }), {
    code: 422,
    message: 'Robot.robots.example.com "a" is invalid: spec.replicas: Invalid value: 101: too many',
  });
  t.match(await put({ metadata: { name: 'b' } }), { code: 400, reason: 'BadRequest' });
  t.match(await put({ metadata: { name: 'a', resourceVersion: '1' } }), {
    code: 409,
    message: /^Operation cannot be fulfilled on robots\.robots\.example\.com "a": the object has been modified/,
  });
  t.match(await put({ metadata: { name: 'a', uid: 'other' } }), { code: 409, reason: 'Conflict' });
  t.match(await put({ kind: 'Robot', apiVersion: 'robots.example.com/v1' }), { code: 400 });
  t.match(await put({ spec: { replicas: 'many' } }), { code: 400 });
  t.match((await admin.send('DELETE', `${path}/a/scale`)).json, { code: 405 });
  t.match((await admin.send('HEAD', `${path}/a/scale`)).status, 405);
  t.match((await admin.get(`${path}/a/scale/deeper`)).json, { code: 404 });
  t.match((await admin.get(`${path}/a/other`)).json, { code: 404 });
  const apply = { ...json('apply-patch+yaml'), body: '{}' };
  t.match((await admin.send('PATCH', `${path}/a/scale?fieldManager=m`, apply)).json, { code: 415 });
});

t.test('other members of the object may be written under a path of their own', async (t) => {
  const { admin, create } = await start(t);
  await create('a', { spec: { replicas: 1 } });
  const robot = (spec: object) => ({
    apiVersion: 'robots.example.com/v1',
    kind: 'Robot',
    metadata: { name: 'a' },
    spec,
  });
  await admin.send('PUT', `${path}/a`, { body: robot({ replicas: 1, approved: true }) });
  t.notOk(((await admin.get(`${path}/a`)).json as Robot).spec?.approved, 'the resource itself does not take it');
  const put = await admin.send('PUT', `${path}/a/approval`, {
    body: { ...robot({ replicas: 2, approved: true }), status: { ready: 9 } },
  });
  t.match([put.status, put.json], [200, { spec: { approved: true, replicas: 2 } }]);
  t.notOk((put.json as Robot).status, 'the status stays what it is');
  t.match((await admin.get(`${path}/a/approval`)).json, { kind: 'Robot', spec: { approved: true } });
  t.match((await admin.send('PUT', `${path}/a/approval`, { body: robot({ replicas: 3 }) })).json, {
    code: 422,
    details: { causes: [{ field: 'spec.approved' }] },
  });
  const patch = { ...json('merge-patch+json'), body: {} };
  t.match((await admin.send('PATCH', `${path}/a/approval`, patch)).json, { code: 405 });
});

t.test('a subresource may have any verb and a handler of its own', async (t) => {
  const { admin, create } = await start(t);
  const { metadata } = await create('a');
  const posted = await admin.send('POST', `${path}/a/reboot`, { body: {} });
  t.same([posted.status, posted.text], [201, `rebooted ${metadata.uid}`]);
  t.match((await admin.send('POST', `${path}/b/reboot`, { body: {} })).json, { code: 404 });
  t.match((await admin.get(`${path}/a/reboot`)).json, { code: 405 });
});

t.test('a subresource that connects has every method and every path below', async (t) => {
  const { admin, create, newClient } = await start(t);
  await create('a');
  for (const [method, verb] of [
    ['GET', 'get'],
    ['POST', 'create'],
    ['PUT', 'update'],
    ['PATCH', 'patch'],
    ['DELETE', 'delete'],
    ['OPTIONS', ''],
  ] as const) {
    t.equal((await admin.send(method, `${path}/a/shell`)).text, `${method} ${verb} `);
    t.equal((await admin.send(method, `${path}/a/shell/x/y%2Fz`)).text, `${method} ${verb} x|y/z`);
  }
  t.equal((await admin.send('HEAD', `${path}/a/shell`)).status, 200);
  t.match((await admin.get(`${path}/b/shell`)).json, { code: 404 });
  t.match((await admin.get('/apis/robots.example.com/v1/watch/namespaces/n/robots/a/shell')).json, { code: 405 });
  const denied = await newClient({ token: 'alice-token' }).send('POST', `${path}/a/shell/x`);
  t.match(denied.json, { code: 403, message: /cannot create resource "robots\/shell"/ });
});

t.test('streams and upgraded connections end with the server', async (t) => {
  const { authority, port, create, secureServer } = await start(t);
  await create('a');
  const open = () => openRawClient({ port, ca: authority.caPEM, servername: 'localhost' });
  const head = (line: string, more = '') =>
    `GET ${path}/a/shell${line} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer admin-token\r\n${more}\r\n`;
  const streaming = await open();
  streaming.send(head('?follow=me'));
  await streaming.until('begun');
  const upgraded = await open();
  upgraded.send(head('', 'Connection: Upgrade\r\nUpgrade: loud\r\nSec-WebSocket-Key: k\r\n'));
  t.match(await upgraded.until('\r\n\r\n'), /^HTTP\/1\.1 101 /);
  upgraded.send('hello\n');
  await upgraded.until('HELLO');
  const closing = secureServer.close(5_000);
  t.match(await streaming.until('ended'), /begun[^]*ended/);
  t.match(await upgraded.until('BYE'), /HELLO\nBYE/);
  t.match(await closing, { cut: 0 }, 'nothing had to be cut');
});

t.test('a stream ends when its client leaves', async (t) => {
  let ended = 0;
  const tail: ConnectSubresource<Robot> = {
    name: 'tail',
    methods: ['GET'],
    connect: () => async (context) => {
      await stream(context);
      ended++;
    },
  };
  const { authority, port, create, admin } = await start(t, [tail]);
  await create('a');
  const client = await openRawClient({ port, ca: authority.caPEM, servername: 'localhost' });
  client.send(`GET ${path}/a/tail HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer admin-token\r\n\r\n`);
  await client.until('begun');
  client.socket.destroy();
  await eventually('the end of the stream', () => ended === 1);
  t.match((await admin.send('POST', `${path}/a/tail`)).json, { code: 405 }, 'only the methods that it names');
});

t.test('discovery tells of subresources', async (t) => {
  const { admin } = await start(t);
  const { resources } = (await admin.get('/apis/robots.example.com/v1')).json as { resources: { name: string }[] };
  const entry = { singularName: '', namespaced: true, kind: 'Robot' };
  t.strictSame(resources.slice(1), [
    { ...entry, name: 'robots/approval', verbs: ['get', 'update'] },
    { ...entry, name: 'robots/reboot', group: 'power.example.com', version: 'v1', kind: 'Reboot', verbs: ['create'] },
    {
      ...entry,
      name: 'robots/scale',
      group: 'autoscaling',
      version: 'v1',
      kind: 'Scale',
      verbs: ['get', 'patch', 'update'],
    },
    {
      ...entry,
      name: 'robots/shell',
      group: '',
      version: 'v1',
      kind: 'ShellOptions',
      verbs: ['create', 'delete', 'get', 'patch', 'update'],
    },
    { ...entry, name: 'robots/status', verbs: ['get', 'patch', 'update'] },
  ]);
  const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
  const { items } = (await admin.get('/apis', { headers: { Accept: accept } })).json as {
    items: { metadata: { name: string }; versions: { resources: { subresources: object[] }[] }[] }[];
  };
  const group = items.find(({ metadata }) => metadata.name === 'robots.example.com');
  t.strictSame(group?.versions[0]?.resources[0]?.subresources.slice(1, 3), [
    {
      subresource: 'reboot',
      responseKind: { group: 'power.example.com', version: 'v1', kind: 'Reboot' },
      verbs: ['create'],
    },
    {
      subresource: 'scale',
      responseKind: { group: 'autoscaling', version: 'v1', kind: 'Scale' },
      verbs: ['get', 'patch', 'update'],
    },
  ]);
});

t.test('OpenAPI tells of subresources whose schema is known', async (t) => {
  const { admin } = await start(t);
  const { paths, components } = (await admin.get('/openapi/v3/apis/robots.example.com/v1')).json as {
    paths: Record<string, Record<string, Record<string, unknown>>>;
    components: { schemas: Record<string, unknown> };
  };
  const object = '/apis/robots.example.com/v1/namespaces/{namespace}/robots/{name}';
  t.same(
    Object.keys(paths).filter((each) => each.startsWith(`${object}/`)),
    ['approval', 'reboot', 'scale', 'status'].map((name) => `${object}/${name}`),
    'but not of what speaks a protocol of its own',
  );
  const scalePath = paths[`${object}/scale`];
  t.match(scalePath?.['get'], {
    description: 'read scale of the specified Robot',
    operationId: 'readRobotsExampleComV1NamespacedRobotScale',
    'x-kubernetes-action': 'get',
    'x-kubernetes-group-version-kind': { group: 'autoscaling', version: 'v1', kind: 'Scale' },
  });
  t.match(JSON.stringify(scalePath?.['put']), '#/components/schemas/io.k8s.api.autoscaling.v1.Scale"');
  t.match(paths[`${object}/reboot`]?.['post'], {
    description: 'create reboot of a Robot',
    operationId: 'createRobotsExampleComV1NamespacedRobotReboot',
  });
  t.match(
    Object.keys(components.schemas).filter((name) => name.includes('autoscaling')),
    ['io.k8s.api.autoscaling.v1.Scale', 'io.k8s.api.autoscaling.v1.ScaleSpec', 'io.k8s.api.autoscaling.v1.ScaleStatus'],
  );
  const v2 = (await admin.get('/openapi/v2')).json as { paths: object; definitions: object };
  t.ok(Object.hasOwn(v2.paths, `${object}/scale`));
  t.ok(Object.hasOwn(v2.definitions, 'io.k8s.api.autoscaling.v1.Scale'));
});

t.test('installing a kind again replaces it with all that is below it', async (t) => {
  const { admin, server, create } = await start(t);
  await create('a', { spec: { replicas: 1 } });
  server.install(robotKind, priority, { subresources: [approval] });
  t.equal((await admin.get(`${path}/a/approval`)).status, 200);
  t.equal((await admin.get(`${path}/a/scale`)).status, 404);
  const { resources } = (await admin.get('/apis/robots.example.com/v1')).json as { resources: { name: string }[] };
  t.same(
    resources.map(({ name }) => name),
    ['robots', 'robots/approval', 'robots/status'],
  );
  t.throws(
    () => server.install(robotKind, priority, { subresources: [scale, scale] }),
    new TypeError('there are two subresources robots/scale'),
  );
  const status = { name: 'status', verbs: {} };
  t.throws(() => server.install(robotKind, priority, { subresources: [status] }), TypeError);
});

t.test('paths into objects', async (t) => {
  for (const bad of ['', '.', 'spec.replicas', '.spec..replicas', '.spec.replicas[0]', ".spec['a']", '.spec. x']) {
    t.throws(() => parseJSONPath(bad), TypeError, bad);
  }
  const inner = parseJSONPath('.a.b.c');
  const object = { a: { b: { c: 1 } } };
  t.equal(getAtPath(object, inner), 1);
  t.equal(getAtPath({}, inner), undefined);
  t.equal(getAtPath({ a: null }, inner), undefined);
  t.equal(getAtPath({ a: { b: { c: null } } }, inner), undefined);
  t.equal(getAtPath({}, parseJSONPath('.constructor.name')), undefined, 'inherited members are none');
  t.throws(() => getAtPath({ a: [] }, inner), { message: /\.a\.b\.c accessor error: \[\] is not of the type object/ });
  const draft: Record<string, unknown> = {};
  setAtPath(draft, inner, 2);
  setAtPath(draft, parseJSONPath('.a.b.d'), 3);
  t.same(draft, { a: { b: { c: 2, d: 3 } } });
  t.throws(() => setAtPath({ a: 'text' }, inner, 1), { message: /accessor error: "text"/ });
  setAtPath(draft, parseJSONPath('.__proto__.polluted'), true);
  t.notOk(Object.hasOwn(Object.prototype, 'polluted'));
});

t.test('a scale of the wrong type is an error of the server', async (t) => {
  const odd = newScaleSubresource<Robot>({
    specReplicasPath: '.spec.odd.n',
    statusReplicasPath: '.status.ready',
    labelSelectorPath: '.spec.odd.selector',
  });
  const { admin, create } = await start(t, [odd]);
  await create('text', { spec: { odd: { n: 'three' } } });
  await create('selector', { spec: { odd: { n: 3, selector: {} } } });
  t.match((await admin.get(`${path}/text/scale`)).json, {
    code: 500,
    message: /\.spec\.odd\.n accessor error: "three"/,
  });
  t.match((await admin.get(`${path}/selector/scale`)).json, { code: 500, message: /not of the type string/ });
});
