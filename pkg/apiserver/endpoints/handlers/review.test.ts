import t from 'tap';
import type { KindDefinition } from '../../../apimachinery/schema/kind-definition.ts';
import type { ObjectFromSchema } from '../../../apimachinery/schema/schema.ts';
import { newBadRequest } from '../../../apimachinery/errors/constructors.ts';
import { startAPIServer } from '../../../testing/api-server-fixture.ts';
import type { APIServer } from '../../server/api-server.ts';
import type { Review } from './review.ts';

const guessSchema = {
  $id: 'com.example.test.v1.Guess',
  type: 'object',
  description: 'Guess is answered, not stored.',
  properties: {
    spec: {
      type: 'object',
      properties: { number: { type: 'integer', format: 'int32', description: 'What is guessed.' } },
      description: 'What is asked.',
    },
    status: {
      type: 'object',
      properties: { right: { type: 'boolean', description: 'Whether it is right.' } },
      description: 'The answer.',
    },
  },
} as const;

type Guess = ObjectFromSchema<typeof guessSchema>;

const guessKind: KindDefinition<Guess> = {
  group: 'test.example.com',
  version: 'v1',
  kind: 'Guess',
  plural: 'guesses',
  singular: 'guess',
  scope: 'Cluster',
  schema: guessSchema,
};

const localGuessKind: KindDefinition<Guess> = {
  ...guessKind,
  kind: 'LocalGuess',
  plural: 'localguesses',
  singular: 'localguess',
  scope: 'Namespaced',
  schema: { ...guessSchema, $id: 'com.example.test.v1.LocalGuess' },
};

const seen: object[] = [];

const guess: Review<Guess> = {
  review(object, { user }, { dryRun }) {
    seen.push({ user: user.name, dryRun, namespace: object.metadata.namespace });
    if (object.spec?.number === 13) throw newBadRequest('no luck with this one');
    return { ...object, status: { right: object.spec?.number === 7 } } as Guess;
  },
};

function prepare(server: APIServer): void {
  const priority = { groupPriorityMinimum: 1000, versionPriority: 15 };
  server.installReview(guessKind, priority, guess);
  server.installReview(localGuessKind, priority, guess);
}

const path = '/apis/test.example.com/v1/guesses';
const body = { apiVersion: 'test.example.com/v1', kind: 'Guess', spec: { number: 7 } };

t.test('a review is answered with 201 and nothing is stored', async (t) => {
  const { admin, storage } = await startAPIServer(t, { prepare });
  const revision = await storage.revision();
  const metadata = { uid: 'x', creationTimestamp: '2026-01-01T00:00:00Z', deletionTimestamp: '2026-01-01T00:00:00Z' };
  const answer = await admin.send('POST', `${path}?fieldManager=me`, { body: { ...body, metadata } });
  t.equal(answer.status, 201);
  t.match(answer.json, { kind: 'Guess', spec: { number: 7 }, status: { right: true } });
  t.match((answer.json as Guess).metadata, {
    managedFields: [{ manager: 'me', operation: 'Update', fieldsV1: { 'f:spec': { 'f:number': {} } } }],
  });
  t.strictSame(Object.keys((answer.json as Guess).metadata), ['managedFields']);
  t.equal(await storage.revision(), revision);
  const refused = await admin.send('POST', path, { body: { ...body, spec: { number: 13 } } });
  t.match([refused.status, refused.json], [400, { message: 'no luck with this one' }]);
});

t.test('options, forms and strictness are those of a create', async (t) => {
  const { admin } = await startAPIServer(t, { prepare });
  seen.length = 0;
  t.equal((await admin.send('POST', `${path}?dryRun=All`, { body })).status, 201);
  t.strictSame(seen, [{ user: 'admin', dryRun: true, namespace: undefined }]);
  t.equal((await admin.send('POST', `${path}?dryRun=Some`, { body })).status, 422);
  const unknown = { ...body, spec: { number: 7, colour: 'red' } };
  t.equal((await admin.send('POST', `${path}?fieldValidation=Strict`, { body: unknown })).status, 400);
  const yaml = await admin.send('POST', path, { body, headers: { accept: 'application/yaml' } });
  t.match(yaml.text, /^kind: Guess$/m);
  const table = await admin.send('POST', path, {
    body,
    headers: { accept: 'application/json;as=Table;g=meta.k8s.io;v=v1' },
  });
  t.match(table.json, { kind: 'Table', rows: [{}] });
  t.equal((await admin.send('POST', path, { body: { ...body, kind: 'Gadget' } })).status, 400);
});

t.test('only create is served, and told of', async (t) => {
  const { admin } = await startAPIServer(t, { prepare });
  const statuses: readonly [string, string, number][] = [
    ['GET', path, 405],
    ['DELETE', path, 405],
    ['GET', `${path}?watch=1`, 405],
    ['GET', `${path}/x`, 404],
    ['POST', `${path}/x`, 404],
    ['POST', '/apis/test.example.com/v1/localguesses', 404],
    ['POST', '/apis/test.example.com/v1/namespaces/a/guesses', 404],
  ];
  for (const [method, target, status] of statuses) {
    t.equal(
      (await admin.send(method, target, method === 'POST' ? { body } : {})).status,
      status,
      `${method} ${target}`,
    );
  }
  const discovery = await admin.send('GET', '/apis/test.example.com/v1');
  const { resources } = discovery.json as { resources: { name: string; verbs: string[] }[] };
  t.strictSame(resources.find(({ name }) => name === 'guesses')?.verbs, ['create']);
  const openapi = await admin.send('GET', '/openapi/v3/apis/test.example.com/v1');
  const { paths, components } = openapi.json as { paths: Record<string, object>; components: { schemas: object } };
  t.strictSame(Object.keys(paths[path] ?? {}), ['post', 'parameters']);
  t.notOk(`${path}/{name}` in paths);
  t.ok('com.example.test.v1.Guess' in components.schemas);
  t.notOk('com.example.test.v1.GuessList' in components.schemas);
});

t.test('a namespaced review is told its namespace and takes no other', async (t) => {
  const { admin } = await startAPIServer(t, { prepare });
  const target = '/apis/test.example.com/v1/namespaces/ns/localguesses';
  const local = { ...body, kind: 'LocalGuess' };
  const answer = await admin.send('POST', target, { body: local });
  t.match([answer.status, answer.json], [201, { metadata: { namespace: 'ns' } }]);
  const other = await admin.send('POST', target, { body: { ...local, metadata: { namespace: 'other' } } });
  t.match([other.status, other.json], [400, { message: /namespace of the provided object does not match/ }]);
});
