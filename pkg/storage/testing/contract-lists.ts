import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';
import type { ContractCase } from './contract.ts';
import { createAll, namesOf, newObject, revisionOf, valueOf, withValue } from './fixtures.ts';

const prefix = 'core/configmaps/default/';
const letters = ['a', 'b', 'c', 'd', 'e'].map((name) => prefix + name);

/** What `list` promises. */
export const listCases: readonly ContractCase[] = [
  {
    name: 'a list of nothing is empty and has the current revision',
    async run(test, storage) {
      test.same(await storage.list('core/configmaps/'), { items: [], revision: 1 });
    },
  },
  {
    name: 'a list has what is below its prefix and nothing beside it',
    async run(test, storage) {
      const keys = ['a/b/x', 'a/b/ns/x', 'a/bc/y', 'a/b-c/z', 'ab/b/x'];
      await createAll(storage, ...keys);
      const keysOf = async (below: string): Promise<number> => (await storage.list(below)).items.length;
      test.equal(await keysOf('a/b/'), 2);
      test.equal(await keysOf('a/b/ns/'), 1);
      test.equal(await keysOf('a/bc/'), 1);
      test.equal(await keysOf('a/'), 4);
      test.equal(await keysOf(''), 5);
      test.equal(await keysOf('b/'), 0);
      await test.rejects(storage.list('a/b'), { name: 'TypeError' }, 'a prefix without its slash is a mistake');
    },
  },
  {
    name: 'keys are ordered by their bytes, segment by segment',
    async run(test, storage) {
      const ordered = ['a/', 'a!/', 'a-/', 'a-b/', 'a0/', 'aa/', 'b/', 'é/', '\uffee/', '😀/'].map(
        (ns) => `core/configmaps/${ns}x`,
      );
      await createAll(storage, ...ordered.toReversed());
      const { items } = await storage.list('core/configmaps/');
      test.same(
        items.map(({ metadata }) => metadata.namespace),
        ordered.map((key) => key.split('/')[2]),
      );
    },
  },
  {
    name: 'pages follow each other without gap or repeat, and say how many objects remain',
    async run(test, storage) {
      await createAll(storage, ...letters, 'core/configmaps/other/x');
      const first = await storage.list(prefix, { limit: 2 });
      test.match({ ...first, items: namesOf(first.items) }, { items: ['a', 'b'], lastKey: `${prefix}b`, remaining: 3 });
      const second = await storage.list(prefix, { limit: 2, after: `${prefix}b` });
      test.match(
        { ...second, items: namesOf(second.items) },
        { items: ['c', 'd'], lastKey: `${prefix}d`, remaining: 1 },
      );
      const third = await storage.list(prefix, { limit: 2, after: `${prefix}d` });
      test.same({ ...third, items: namesOf(third.items) }, { items: ['e'], revision: third.revision });
      const exact = await storage.list(prefix, { limit: 5 });
      test.notOk('lastKey' in exact, 'a full page that is the last one says so');
      test.equal((await storage.list(prefix, { limit: 0 })).items.length, 5);
      test.same(
        namesOf((await storage.list(prefix, { after: `${prefix}bb` })).items),
        ['c', 'd', 'e'],
        'after a key that is not there',
      );
      test.same((await storage.list(prefix, { after: `${prefix}z` })).items, []);
      test.equal((await storage.list(prefix, { after: 'a/b/c' })).items.length, 5, 'after a key before the prefix');
    },
  },
  {
    name: 'a limit counts the objects that match',
    async run(test, storage) {
      for (const [value, key] of letters.entries()) await storage.create(key, newObject(key, value));
      const page = await storage.list(prefix, { limit: 2, match: isEven });
      test.same(
        { ...page, items: namesOf(page.items) },
        { items: ['a', 'c'], lastKey: `${prefix}c`, revision: page.revision },
      );
      const rest = await storage.list(prefix, { limit: 2, match: isEven, after: `${prefix}c` });
      test.same({ ...rest, items: namesOf(rest.items) }, { items: ['e'], revision: page.revision });
    },
  },
  {
    name: 'a list as of an earlier revision shows what stood then',
    async run(test, storage) {
      await createAll(storage, ...letters.slice(0, 4));
      const then = await storage.list(prefix);
      await storage.guaranteedUpdate(`${prefix}a`, (current) => withValue(current, 'changed'));
      await storage.guaranteedUpdate(`${prefix}a`, (current) => withValue(current, 'changed again'));
      await storage.delete(`${prefix}b`);
      await storage.delete(`${prefix}c`);
      await storage.create(`${prefix}c`, newObject(`${prefix}c`, 'new'));
      await storage.create(`${prefix}e`, newObject(`${prefix}e`));
      await storage.delete(`${prefix}d`);
      test.same(await storage.list(prefix, { revision: then.revision }), then);
      const page = await storage.list(prefix, { revision: then.revision, limit: 1, after: `${prefix}a` });
      test.match({ ...page, items: namesOf(page.items) }, { items: ['b'], remaining: 2, revision: then.revision });
      test.same((await storage.list(prefix, { revision: 1 })).items, []);
      test.same(namesOf((await storage.list(prefix)).items), ['a', 'c', 'e']);
    },
  },
  {
    name: 'a list goes on page by page as of its first page while others write',
    async run(test, storage) {
      await createAll(storage, ...letters);
      const first = await storage.list(prefix, { limit: 2 });
      await storage.delete(`${prefix}c`);
      await storage.create(`${prefix}bb`, newObject(`${prefix}bb`));
      const rest = await storage.list(prefix, { revision: first.revision, after: `${prefix}b` });
      test.same(namesOf(rest.items), ['c', 'd', 'e']);
      test.equal(rest.revision, first.revision);
    },
  },
  {
    name: 'a revision in the future or before the window cannot be listed',
    watchWindow: 3,
    async run(test, storage) {
      const created = await createAll(storage, ...letters);
      const current = await storage.revision();
      await test.rejects(storage.list(prefix, { revision: current + 1 }), {
        code: 'FutureRevision',
        revision: current,
      });
      const oldest = revisionOf(created[1]);
      await test.rejects(storage.list(prefix, { revision: oldest - 1 }), { code: 'Compacted', revision: oldest });
      test.same(namesOf((await storage.list(prefix, { revision: oldest })).items), ['a', 'b']);
    },
  },
];

function isEven(object: KubernetesObject): boolean {
  return Number(valueOf(object)) % 2 === 0;
}
