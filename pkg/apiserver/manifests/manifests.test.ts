import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';
import { eventually } from '../../testing/eventually.ts';
import { cloneJSON } from '../../apimachinery/runtime/json.ts';
import { newControlPlane, testWrite } from '../controllers/testing/control-plane.ts';
import { newManifestController } from './manifest-controller.ts';
import { parseManifests } from './parse-manifests.ts';
import { splitDocuments } from './split-documents.ts';

const configMap = (name: string, value: string, namespace = ''): string => `apiVersion: v1
kind: ConfigMap
metadata:
  name: ${name}
${namespace === '' ? '' : `  namespace: ${namespace}\n`}data:
  value: ${value}
`;

/** A folder, and a control plane that follows it. */
async function start(t: Test, files: Readonly<Record<string, string>>, path = '') {
  const folder = t.testdir({ manifests: { ...files } });
  const directory = join(folder, 'manifests');
  const plane = await newControlPlane(t);
  const controller = newManifestController({
    path: join(directory, path),
    stores: plane.server.stores,
    logger: plane.logger,
  });
  const stop = plane.run(controller);
  await controller.waitForSync(AbortSignal.timeout(5000));
  /** Waits for something that is stored. */
  const until = async (what: string, holds: (found: readonly KubernetesObject[]) => boolean): Promise<void> => {
    let found: readonly KubernetesObject[] = [];
    const read = async (): Promise<void> => void (found = (await plane.storage.list('core/configmaps/')).items);
    await eventually(what, () => {
      void read();
      return holds(found);
    });
  };
  const get = (name: string, namespace = 'default') => plane.configMaps.get({ namespace, name });
  const write = (file: string, text: string) => writeFile(join(directory, file), text);
  const lines = () => plane.logger.lines.filter(({ level }) => level === 'error').map(({ message }) => message);
  return { ...plane, controller, directory, until, get, write, lines, stop };
}

void t.test('documents are found with their lines', async (t) => {
  t.same(splitDocuments('# only a comment\n---\n\n---\na: 1\nb: |\n  --- x\n---   # second\nc: 2\n...\n---\nd: 3'), [
    { text: '\na: 1\nb: |\n  --- x', line: 4 },
    { text: '   # second\nc: 2', line: 8 },
    { text: '\nd: 3', line: 11 },
  ]);
  t.same(
    splitDocuments('{"a": "}{"}\n{\n"b": 1}\n\n {"c": "\\""}\n').map(({ line }) => line),
    [1, 2, 5],
  );
  t.same(splitDocuments('{"a": 1} x').length, 1);
  const list = await parseManifests('f', '{"kind":"List","apiVersion":"v1","items":[{"kind":"A"},{"kind":"B"}]}');
  t.same(
    list.manifests.map(({ object }) => object['kind']),
    ['A', 'B'],
  );
  const { manifests, errors } = await parseManifests(
    'f',
    'a: 1\n---\nb: [\n---\n- x\n---\nc: {d: 1}\n  e: 2\n---\nok: 1\n',
  );
  t.same(
    manifests.map(({ line }) => line),
    [1, 9].map((line) => line),
  );
  t.match(
    errors.map(({ message }) => message),
    [/^f:[34]: /, /^f:4: a manifest is an object/, /^f:[78]: /],
  );
});

void t.test('manifests are applied at the start, in YAML and JSON, namespaces first', async (t) => {
  const { get, lines, logger } = await start(t, {
    'a.yaml': `${configMap('one', 'x', 'team')}---\n${configMap('two', '"on"')}`,
    'b.json':
      '{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"team"}}\n{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"three"}}',
    'c.txt': 'not looked at',
    '.hidden.yaml': 'neither',
  });
  t.same(lines(), []);
  t.match(await get('one', 'team'), {
    data: { value: 'x' },
    metadata: {
      labels: { 'manifests.tributary.dev/owner': 'bootstrap' },
      annotations: { 'manifests.tributary.dev/source': 'a.yaml' },
    },
  });
  t.match((await get('two')).data, { value: 'on' });
  t.ok(await get('three'));
  t.match((await get('one', 'team')).metadata.managedFields?.[0], { manager: 'manifests', operation: 'Apply' });
  t.equal(logger.lines.filter(({ message }) => message === 'applied a manifest').length, 4);
});

void t.test('faults are told by file and line, and the rest is applied', async (t) => {
  const { get, lines, directory } = await start(t, {
    'bad.yaml': `${configMap('good', 'x')}---\nkind: ConfigMap\n---\napiVersion: v9\nkind: Nothing\nmetadata: {name: a}\n---\na: [\n`,
    'invalid.yaml': `# a comment\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: Not_A_Name\n`,
    'again.yaml': configMap('good', 'w'),
    'type.yaml': `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: typed\ndata:\n  a:\n    b: c\n`,
    'bool.yaml': 'apiVersion: v1\nkind: Namespace\nmetadata:\n  name: on\n',
    'cluster.yaml': 'apiVersion: v1\nkind: Namespace\nmetadata:\n  name: team\n  namespace: m\n',
  });
  t.equal((await get('good')).data?.['value'], 'w', 'the first file in the order of names counts');
  const shown = lines().map((line) => line.replace(`${directory}/`, ''));
  const expect = (pattern: RegExp): void => {
    t.ok(
      shown.some((line) => pattern.test(line)),
      String(pattern),
    );
  };
  expect(/^bad\.yaml:1: the same object as at .*again\.yaml:1, which counts/);
  expect(/^bad\.yaml:7: apiVersion is missing/);
  expect(/^bad\.yaml:11: there is no kind Nothing of v9/);
  expect(/^bad\.yaml:1[45]: /);
  expect(/^invalid\.yaml:5: .*Not_A_Name/);
  expect(/^type\.yaml:6: failed to create typed/);
  expect(/^bool\.yaml:4: metadata\.name is no text but true: put it in quotes/);
  expect(/^cluster\.yaml:5: Namespace is not in a namespace/);
});

void t.test('changes of files are followed, and what they no longer ask for goes', async (t) => {
  const { until, get, write, directory, configMaps, lines } = await start(t, {
    'a.yaml': `${configMap('one', 'x')}---\n${configMap('two', 'x')}`,
    'b.yaml': configMap('three', 'x'),
  });
  const named = (found: readonly KubernetesObject[]): string =>
    found
      .map(({ metadata }) => metadata.name ?? '')
      .toSorted((a, b) => (a < b ? -1 : 1))
      .join();
  await write('a.yaml', configMap('one', 'changed'));
  await until('the change', (found) => named(found) === 'one,three');
  await until('the change', () => true);
  t.equal((await get('one')).data?.['value'], 'changed');

  await write('new.yaml', configMap('four', 'x'));
  await until('a new file', (found) => named(found) === 'four,one,three');

  // A file that cannot be read any more says nothing about what came from it.
  await write('b.yaml', 'a: [');
  await eventually('the fault', () => lines().some((line) => line.includes('b.yaml:')));
  await rm(join(directory, 'new.yaml'));
  await until('the file that has gone', (found) => named(found) === 'one,three');

  // Who takes the label away takes the object over.
  const transform = (old: KubernetesObject) => {
    const draft = cloneJSON(old);
    draft.metadata.labels = {};
    return draft;
  };
  await configMaps.update({ namespace: 'default', name: 'one', subresource: '', transform }, testWrite);
  await rm(join(directory, 'a.yaml'));
  await write('b.yaml', configMap('five', 'x'));
  await until('the rest', (found) => named(found) === 'five,one');
});

void t.test(
  'what went while nobody looked goes at the next start; a folder that is away deletes nothing',
  async (t) => {
    const first = await start(t, { 'a.yaml': `${configMap('one', 'x')}---\n${configMap('two', 'x')}` });
    await first.stop();
    await first.write('a.yaml', configMap('one', 'x'));
    const second = newManifestController({
      path: first.directory,
      stores: first.server.stores,
      logger: first.logger,
    });
    const stop = first.run(second);
    await second.waitForSync(AbortSignal.timeout(5000));
    await t.rejects(first.get('two'));
    const { resourceVersion } = (await first.get('one')).metadata;

    await rename(first.directory, `${first.directory}.away`);
    await eventually('the fault', () => first.lines().some((line) => line.includes('are left as they were')));
    t.ok(await first.get('one'));
    await mkdir(first.directory);
    await writeFile(join(first.directory, 'a.yaml'), configMap('one', 'x'));
    await first.write('b.yaml', configMap('three', 'x'));
    await first.until('the folder is back', (found) => found.length === 2);
    t.equal(
      (await first.get('one')).metadata.resourceVersion,
      resourceVersion,
      'nothing is written that is so already',
    );
    await stop();
  },
);

void t.test('a single file', async (t) => {
  const { get, until, write, controller } = await start(t, { 'a.yaml': configMap('one', 'x') }, 'a.yaml');
  t.ok(await get('one'));
  t.equal(controller.hasSynced(), true);
  await write('other.yaml', configMap('other', 'x'));
  await write('a.yaml', configMap('two', 'x'));
  await until('the change', (found) => found.length === 1 && found[0]?.metadata.name === 'two');
});

void t.test('what may come right is tried again', async (t) => {
  const { until, lines, namespaces, configMaps } = await start(t, { 'a.yaml': configMap('one', 'x', 'later') });
  t.match(lines(), [/Sync failed/]);
  await namespaces.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'later' } }, '', testWrite);
  await until('the object', (found) => found.length === 1);
  t.ok(await configMaps.get({ namespace: 'later', name: 'one' }));
});
