import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';
import type { Storage } from '../interface.ts';
import type { ContractCase } from './contract.ts';
import {
  type RecordingSink,
  createAll,
  newObject,
  newRecordingSink,
  revisionOf,
  valueOf,
  withValue,
} from './fixtures.ts';

const prefix = 'core/configmaps/default/';
const key = `${prefix}a`;

/** What is promised when many write at a time. */
export const concurrencyCases: readonly ContractCase[] = [
  {
    name: 'of many that create the same key one wins',
    async run(test, storage) {
      const results = await Promise.allSettled(
        Array.from({ length: 20 }, (_, n) => storage.create(key, newObject(key, n))),
      );
      const won = results.filter((result) => result.status === 'fulfilled');
      test.equal(won.length, 1);
      test.same(await storage.get(key), won[0]?.value);
      for (const result of results) if (result.status === 'rejected') test.match(result.reason, { code: 'KeyExists' });
    },
  },
  {
    name: 'parallel increments lose nothing, whether the update is a plain or an async function',
    async run(test, storage) {
      await storage.create(key, newObject(key, 0));
      const results = await Promise.all(
        Array.from({ length: 60 }, (_, n) => storage.guaranteedUpdate(key, n % 3 === 0 ? incrementSlowly : increment)),
      );
      test.equal(valueOf(await storage.get(key)), 60);
      test.equal(new Set(results.map(revisionOf)).size, 60, 'each has a revision of its own');
    },
  },
  {
    name: 'an update starts over when somebody else wrote in between',
    async run(test, storage) {
      await storage.create(key, newObject(key, 'old'));
      const seen: unknown[] = [];
      const updated = await storage.guaranteedUpdate(key, async (current) => {
        seen.push(valueOf(current));
        if (seen.length === 1) await storage.guaranteedUpdate(key, (latest) => withValue(latest, 'interfered'));
        return withValue(current, `${String(valueOf(current))}, then mine`);
      });
      test.same(seen, ['old', 'interfered']);
      test.equal(valueOf(updated), 'interfered, then mine');
    },
  },
  {
    name: 'a check is asked again when somebody else wrote in between',
    async run(test, storage) {
      await createAll(storage, key);
      let asked = 0;
      const deletion = storage.delete(key, async (current) => {
        if (++asked === 1) await storage.guaranteedUpdate(key, (latest) => withValue(latest, 'precious'));
        else if (valueOf(current) === 'precious') throw new Error('keep it');
      });
      await test.rejects(deletion, { message: 'keep it' });
      test.equal(valueOf(await storage.get(key)), 'precious');
    },
  },
  {
    name: 'an update of what is deleted meanwhile is KeyNotFound',
    async run(test, storage) {
      await createAll(storage, key);
      const update = storage.guaranteedUpdate(key, async (current) => {
        await storage.delete(key);
        return withValue(current, 'too late');
      });
      await test.rejects(update, { code: 'KeyNotFound' });
      test.equal(await storage.get(key), undefined);
    },
  },
  {
    name: 'create, update and delete of one key at once end in one order, seen alike by all',
    async run(test, storage) {
      const sink = newRecordingSink();
      await storage.watch(prefix, sink, { after: 1, signal: new AbortController().signal });
      await Promise.allSettled(
        Array.from({ length: 30 }, (_, n) => {
          if (n % 3 === 0) return storage.create(key, newObject(key, n));
          if (n % 3 === 1) return storage.guaranteedUpdate(key, (current) => withValue(current, n));
          return storage.delete(key);
        }),
      );
      let state: KubernetesObject | undefined;
      for (const event of sink.events) {
        test.same(event.previous, state);
        test.equal(revisionOf(event.object), event.revision);
        state = event.type === 'DELETED' ? undefined : event.object;
      }
      test.same(await storage.get(key), state);
    },
  },
  {
    name: 'watches that begin while many write get each change once, in order',
    async run(test, storage) {
      const acknowledged: number[] = [];
      const watches: StartedWatch[] = [];
      const writer = async (_: unknown, n: number): Promise<void> => {
        for await (const written of writeALot(storage, `${prefix}writer-${n}`)) {
          acknowledged.push(revisionOf(written));
          watches.push(await startWatch(storage));
        }
      };
      await Promise.all(Array.from({ length: 8 }, writer));
      const all = newRecordingSink();
      await storage.watch(prefix, all, { after: 1, signal: new AbortController().signal });
      const revisions = all.events.map(({ revision }) => revision);
      test.same(
        revisions,
        revisions.toSorted((x, y) => x - y),
      );
      test.equal(new Set(revisions).size, revisions.length);
      test.same(
        revisions,
        acknowledged.toSorted((x, y) => x - y),
        'every acknowledged write is an event',
      );
      test.equal(watches.length, 8 * 15);
      for (const { after, sink } of watches) {
        const expected = revisions.filter((revision) => revision > after);
        if (sink.events.map(({ revision }) => revision).join() !== expected.join())
          test.fail(`gap or repeat after ${after}`);
      }
    },
  },
];

interface StartedWatch {
  readonly after: number;
  readonly sink: RecordingSink;
}

/** Lists, then watches from there, as clients do. */
async function startWatch(storage: Storage): Promise<StartedWatch> {
  const sink = newRecordingSink();
  const { revision: after } = await storage.list(prefix, { limit: 1 });
  await storage.watch(prefix, sink, { after, signal: new AbortController().signal });
  return { after, sink };
}

async function* writeALot(storage: Storage, own: string): AsyncGenerator<KubernetesObject> {
  for (let round = 0; round < 5; round++) {
    yield await storage.create(own, newObject(own));
    yield await storage.guaranteedUpdate(own, (current) => withValue(current, `new ${round}`));
    yield await storage.delete(own);
  }
}

function increment(current: KubernetesObject): KubernetesObject {
  return withValue(current, Number(valueOf(current)) + 1);
}

async function incrementSlowly(current: KubernetesObject): Promise<KubernetesObject> {
  await Promise.resolve();
  return increment(current);
}
