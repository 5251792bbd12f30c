import type { Storage } from '../interface.ts';
import type { ContractCase } from './contract.ts';
import {
  type RecordingSink,
  createAll,
  newObject,
  newRecordingSink,
  revisionOf,
  summarise,
  withValue,
} from './fixtures.ts';

const prefix = 'core/configmaps/default/';
const [a, b, c] = [`${prefix}a`, `${prefix}b`, `${prefix}c`];

/** What `watch` promises. */
export const watchCases: readonly ContractCase[] = [
  {
    name: 'a watch gets every change below its prefix in order, with the state before',
    async run(test, storage) {
      const sink = await watchFrom(storage, 1);
      const created = await storage.create(a, newObject(a));
      const updated = await storage.guaranteedUpdate(a, (current) => withValue(current, 1));
      await createAll(storage, 'core/configmaps/default-2/x', 'core/secrets/default/a');
      const deleted = await storage.delete(a);
      test.same(sink.events, [
        { type: 'ADDED', key: a, revision: revisionOf(created), object: created },
        { type: 'MODIFIED', key: a, revision: revisionOf(updated), object: updated, previous: created },
        { type: 'DELETED', key: a, revision: revisionOf(deleted), object: deleted, previous: updated },
      ]);
    },
  },
  {
    name: 'a watch has the event before the write is acknowledged',
    async run(test, storage) {
      const sink = await watchFrom(storage, 1);
      await storage.create(a, newObject(a));
      test.equal(sink.events.length, 1);
    },
  },
  {
    name: 'a watch from a revision begins with what happened since',
    async run(test, storage) {
      const [first] = await createAll(storage, a, b);
      await storage.delete(a);
      const sink = await watchFrom(storage, revisionOf(first));
      test.same(summarise(sink.events), [`ADDED ${b}`, `DELETED ${a}`]);
      await createAll(storage, c);
      test.same(summarise(sink.events), [`ADDED ${b}`, `DELETED ${a}`, `ADDED ${c}`]);
    },
  },
  {
    name: 'an update that changes nothing is no event',
    async run(test, storage) {
      await createAll(storage, a);
      const sink = await watchFrom(storage, await storage.revision());
      await storage.guaranteedUpdate(a, (current) => ({ ...current }));
      test.same(sink.events, []);
    },
  },
  {
    name: 'a watch that is aborted gets nothing more, and no end',
    async run(test, storage) {
      const controller = new AbortController();
      const sink = newRecordingSink();
      await storage.watch(prefix, sink, { after: 1, signal: controller.signal });
      await createAll(storage, a);
      controller.abort();
      await createAll(storage, b);
      await storage.close();
      test.same(summarise(sink.events), [`ADDED ${a}`]);
      test.same(sink.ends, []);
    },
  },
  {
    name: 'a watch that is aborted before it begins, or while it replays, stops there',
    async run(test, storage) {
      await createAll(storage, a, b);
      const sink = newRecordingSink();
      await storage.watch(prefix, sink, { after: 1, signal: AbortSignal.abort() });
      const controller = new AbortController();
      const stopping: RecordingSink = {
        ...newRecordingSink(),
        event: (event) => (stopping.events.push(event), controller.abort()),
      };
      await storage.watch(prefix, stopping, { after: 1, signal: controller.signal });
      await createAll(storage, c);
      test.same([sink.events.length, stopping.events.length], [0, 1]);
    },
  },
  {
    name: 'a revision in the future or before the window cannot be watched',
    watchWindow: 3,
    async run(test, storage) {
      const [first] = await createAll(storage, a, b, c, `${prefix}d`);
      const current = await storage.revision();
      await test.rejects(watchFrom(storage, current + 1), { code: 'FutureRevision', revision: current });
      const oldest = revisionOf(first);
      await test.rejects(watchFrom(storage, oldest - 1), { code: 'Compacted', revision: oldest });
      const sink = await watchFrom(storage, oldest);
      test.same(summarise(sink.events), [`ADDED ${b}`, `ADDED ${c}`, `ADDED ${prefix}d`]);
      test.equal((await watchFrom(storage, current)).events.length, 0);
      await test.rejects(
        storage.watch('core', newRecordingSink(), { after: 1, signal: new AbortController().signal }),
        {
          name: 'TypeError',
        },
      );
    },
  },
  {
    name: 'closing ends every watch with a reason, after the last event',
    async run(test, storage) {
      const sink = await watchFrom(storage, 1);
      const write = storage.create(a, newObject(a));
      await storage.close();
      await write;
      test.same(summarise(sink.events), [`ADDED ${a}`]);
      test.match(sink.ends, [{ code: 'Unreachable' }]);
    },
  },
  {
    name: 'a sink that throws loses its watch and harms nobody else',
    async run(test, storage) {
      const before = await watchFrom(storage, 1);
      const ends: unknown[] = [];
      const failing = {
        event(): void {
          throw new Error('broken sink');
        },
        end(error: unknown): void {
          ends.push(error);
          throw new Error('broken to the end');
        },
      };
      await storage.watch(prefix, failing, { after: 1, signal: new AbortController().signal });
      const after = await watchFrom(storage, 1);
      await createAll(storage, a, b);
      test.same(summarise(before.events), [`ADDED ${a}`, `ADDED ${b}`]);
      test.same(summarise(after.events), [`ADDED ${a}`, `ADDED ${b}`]);
      test.match(ends, [{ code: 'Unreachable', cause: { message: 'broken sink' } }]);
    },
  },
  {
    name: 'a sink may write, watch and stop other watches while it is called',
    async run(test, storage) {
      const other = new AbortController();
      const stopped = newRecordingSink();
      const nested = newRecordingSink();
      const follow: Promise<unknown>[] = [];
      const sink: RecordingSink = {
        ...newRecordingSink(),
        event(event) {
          sink.events.push(event);
          if (event.key !== a) return;
          other.abort();
          const { signal } = new AbortController();
          follow.push(
            storage.create(b, newObject(b)),
            storage.watch(prefix, nested, { after: event.revision, signal }),
          );
        },
      };
      await storage.watch(prefix, sink, { after: 1, signal: new AbortController().signal });
      await storage.watch(prefix, stopped, { after: 1, signal: other.signal });
      await createAll(storage, a);
      await Promise.all(follow);
      test.same(summarise(sink.events), [`ADDED ${a}`, `ADDED ${b}`]);
      test.same(summarise(nested.events), [`ADDED ${b}`]);
      test.same(summarise(stopped.events), []);
    },
  },
  {
    name: 'every ancestor of a key can be watched',
    async run(test, storage) {
      const prefixes = ['', 'core/', 'core/configmaps/', prefix, 'core/configmaps/defaul/', `${a}/`];
      const sinks = [];
      for (const each of prefixes) sinks.push(await watchFrom(storage, 1, each));
      await createAll(storage, a);
      test.same(
        sinks.map(({ events }) => events.length),
        [1, 1, 1, 1, 0, 0],
      );
    },
  },
];

async function watchFrom(storage: Storage, after: number, below: string = prefix): Promise<RecordingSink> {
  const sink = newRecordingSink();
  await storage.watch(below, sink, { after, signal: new AbortController().signal });
  return sink;
}
