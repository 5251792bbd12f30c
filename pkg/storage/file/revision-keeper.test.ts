import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { newFaultyFileSystem } from '../testing/faulty-file-system.ts';
import { RevisionKeeper } from './revision-keeper.ts';

t.test('revisions are reserved in stretches, each durable before its first one is used', async (t) => {
  const directory = t.testdir();
  const fileSystem = newFaultyFileSystem();
  const keeper = new RevisionKeeper({ fileSystem, directory, report: () => undefined }, () => '.1.tmp');
  const kept = async (): Promise<unknown> => JSON.parse(await readFile(join(directory, '.revision.json'), 'utf8'));
  t.equal(await keeper.start({ revision: 0, used: false }), 1);
  t.same(fileSystem.done, [], 'nothing is written before it is needed');

  await keeper.reserve(2);
  const { revision: reserved } = (await kept()) as { revision: number };
  t.ok(reserved > 2);
  t.same(
    fileSystem.done.map(({ operation }) => operation),
    ['writeFile', 'syncFile', 'rename', 'syncFolder'],
  );
  await keeper.reserve(reserved);
  t.equal(fileSystem.done.length, 4, 'a reserved revision costs nothing');

  fileSystem.failing = (operation) => (operation === 'syncFolder' ? 'EIO' : undefined);
  await t.rejects(keeper.reserve(reserved + 1), { code: 'EIO' });
  fileSystem.failing = undefined;
  await keeper.reserve(reserved + 1);
  t.equal(fileSystem.done.length, 12, 'what failed is not believed to be reserved');
  t.match(await kept(), { exact: false });

  await keeper.close(reserved + 1);
  t.same(await kept(), { revision: reserved + 1, exact: true });
});
