import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';
import type { ContractCase } from './contract.ts';
import { createAll, newObject, revisionOf, valueOf, withValue } from './fixtures.ts';

const key = 'core/configmaps/default/a';

/** What `get`, `create`, `guaranteedUpdate`, `delete`, `revision` and `close` promise. */
export const writeCases: readonly ContractCase[] = [
  {
    name: 'an empty storage stands at a revision above zero and has nothing',
    async run(test, storage) {
      test.equal(await storage.revision(), 1);
      test.equal(await storage.get(key), undefined);
    },
  },
  {
    name: 'a created object carries the revision of its write and is found',
    async run(test, storage) {
      const created = await storage.create(key, newObject(key, 'x'));
      test.equal(revisionOf(created), await storage.revision());
      test.same(await storage.get(key), created);
      test.same(created, { ...newObject(key, 'x'), metadata: created.metadata });
    },
  },
  {
    name: 'a resourceVersion that comes in is replaced',
    async run(test, storage) {
      const object = newObject(key);
      const created = await storage.create(key, { ...object, metadata: { ...object.metadata, resourceVersion: '77' } });
      test.equal(revisionOf(created), await storage.revision());
    },
  },
  {
    name: 'creating twice is refused and changes nothing',
    async run(test, storage) {
      const [created] = await createAll(storage, key);
      await test.rejects(storage.create(key, newObject(key, 'other')), {
        name: 'StorageError',
        code: 'KeyExists',
        key,
      });
      test.same(await storage.get(key), created);
      test.equal(await storage.revision(), revisionOf(created));
    },
  },
  {
    name: 'an object does not get a key that is not its own',
    async run(test, storage) {
      await test.rejects(storage.create('core/configmaps/default/b', newObject(key)), { name: 'TypeError' });
      await test.rejects(storage.create('core/configmaps/a', newObject(key)), { name: 'TypeError' });
      await test.rejects(storage.create('core/configmaps', newObject(key)), { name: 'TypeError' });
      await test.rejects(storage.create('core//default/a', newObject(key)), { name: 'TypeError' });
      await createAll(storage, key);
      await test.rejects(
        storage.guaranteedUpdate(key, () => newObject('core/configmaps/default/b')),
        { name: 'TypeError' },
      );
    },
  },
  {
    name: 'an update gets the stored state and its result is stored with a new revision',
    async run(test, storage) {
      const [created] = await createAll(storage, key);
      const updated = await storage.guaranteedUpdate(key, async (current) => {
        test.same(current, created);
        return withValue(current, 'new');
      });
      test.equal(valueOf(updated), 'new');
      test.ok(revisionOf(updated) > revisionOf(created));
      test.same(await storage.get(key), updated);
    },
  },
  {
    name: 'an update that changes nothing writes nothing',
    async run(test, storage) {
      const [created] = await createAll(storage, key);
      const revision = await storage.revision();
      test.same(await storage.guaranteedUpdate(key, (current) => current), created);
      test.same(await storage.guaranteedUpdate(key, async (current) => structuredClone(current)), created);
      test.same(await storage.guaranteedUpdate(key, () => newObject(key)), created, 'without resourceVersion');
      test.same(await storage.guaranteedUpdate(key, withMembersReversed), created, 'with members in another order');
      test.same(await storage.guaranteedUpdate(key, withUndefinedMember), created, 'with a member that is undefined');
      test.equal(await storage.revision(), revision);
    },
  },
  {
    name: 'an update may give up by throwing',
    async run(test, storage) {
      const [created] = await createAll(storage, key);
      const giveUp = new Error('enough');
      const throwing = (): KubernetesObject => {
        throw giveUp;
      };
      await test.rejects(storage.guaranteedUpdate(key, throwing), giveUp);
      await test.rejects(
        storage.guaranteedUpdate(key, async () => throwing()),
        giveUp,
      );
      test.same(await storage.get(key), created);
    },
  },
  {
    name: 'updating or deleting what is not there is KeyNotFound',
    async run(test, storage) {
      const missing = { name: 'StorageError', code: 'KeyNotFound', key };
      await test.rejects(
        storage.guaranteedUpdate(key, (current) => current),
        missing,
      );
      await test.rejects(storage.delete(key), missing);
      await createAll(storage, key);
      await storage.delete(key);
      await test.rejects(storage.delete(key), missing);
    },
  },
  {
    name: 'a deleted object is gone, and its last state carries the revision of the deletion',
    async run(test, storage) {
      const created = await storage.create(key, newObject(key, 'last'));
      const deleted = await storage.delete(key);
      test.equal(valueOf(deleted), 'last');
      test.ok(revisionOf(deleted) > revisionOf(created));
      test.equal(await storage.revision(), revisionOf(deleted));
      test.equal(await storage.get(key), undefined);
      const again = await storage.create(key, newObject(key));
      test.ok(revisionOf(again) > revisionOf(deleted), 'the key is free again');
    },
  },
  {
    name: 'a check decides about a deletion',
    async run(test, storage) {
      const [created] = await createAll(storage, key);
      const refuse = new Error('has another uid');
      await test.rejects(
        storage.delete(key, (current) => {
          test.same(current, created);
          throw refuse;
        }),
        refuse,
      );
      await test.rejects(
        storage.delete(key, async () => Promise.reject(refuse)),
        refuse,
      );
      test.same(await storage.get(key), created);
      await storage.delete(key, async () => undefined);
      test.equal(await storage.get(key), undefined);
    },
  },
  {
    name: 'objects that come out are frozen to their leaves',
    async run(test, storage) {
      const object = { ...newObject(key), spec: Object.freeze({ list: [{ deep: {} }] }) };
      const answers = [
        await storage.create(key, object),
        await storage.get(key),
        (await storage.list('core/configmaps/')).items[0],
        await storage.guaranteedUpdate(key, (current) => withValue(current, { deep: {} })),
        await storage.delete(key),
      ];
      for (const answer of answers) test.ok(isDeepFrozen(answer));
    },
  },
  {
    name: 'names with any character are kept apart and found again',
    async run(test, storage) {
      const names = [
        'system:node',
        'System:node',
        'a b',
        '..',
        '.hidden',
        'ü',
        'u\u0308',
        '\ud800',
        '\udfff',
        '😀',
        'a\0b',
        '*?"<>|\\',
      ];
      const keys = [...names, 'x'.repeat(300), 'x'.repeat(301)].map((name) => `rbac/clusterroles/${name}`);
      await createAll(storage, ...keys);
      for (const each of keys)
        test.equal((await storage.get(each))?.metadata.name, each.slice('rbac/clusterroles/'.length));
      test.equal((await storage.list('rbac/clusterroles/')).items.length, keys.length);
      for (const each of keys) await storage.delete(each);
      test.same((await storage.list('')).items, []);
    },
  },
  {
    name: 'a closed storage is Unreachable, and closing again does nothing',
    async run(test, storage) {
      await createAll(storage, key);
      const underWay = storage.create('core/configmaps/default/b', newObject('core/configmaps/default/b'));
      await storage.close();
      await storage.close();
      await underWay;
      const closed = { name: 'StorageError', code: 'Unreachable' };
      await test.rejects(storage.get(key), closed);
      await test.rejects(storage.list('core/'), closed);
      await test.rejects(storage.create('core/configmaps/default/c', newObject('core/configmaps/default/c')), closed);
      await test.rejects(
        storage.guaranteedUpdate(key, (current) => current),
        closed,
      );
      await test.rejects(storage.delete(key), closed);
      await test.rejects(storage.revision(), closed);
      const { signal } = new AbortController();
      await test.rejects(storage.watch('core/', { event() {}, end() {} }, { after: 1, signal }), closed);
    },
  },
];

function isDeepFrozen(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return Object.isFrozen(value) && Object.values(value).every(isDeepFrozen);
}

function withMembersReversed(object: KubernetesObject): KubernetesObject {
  return Object.fromEntries(Object.entries(object).toReversed()) as unknown as KubernetesObject;
}

function withUndefinedMember(object: KubernetesObject): KubernetesObject {
  return { ...object, spec: undefined } as KubernetesObject;
}
