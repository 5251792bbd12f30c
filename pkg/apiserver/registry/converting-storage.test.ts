import t from 'tap';
import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';
import { newMemoryStorage } from '../../storage/memory/memory-storage.ts';
import { runStorageContract } from '../../storage/testing/contract.ts';
import { type Conversion, newConvertingStorage } from './converting-storage.ts';

type Flipped = KubernetesObject & { flipped?: boolean };

/** Turns a mark on and off, so that a test sees which version it holds. */
const flip: Conversion = {
  apiVersion: 'g/v2',
  toStored: ({ flipped: _, ...object }: Flipped) => object,
  fromStored: (object) => ({ ...object, flipped: true }) as Flipped,
};

// The view must keep every promise of the storage below it.
runStorageContract(t, 'converting storage', async (_, options) =>
  newConvertingStorage(newMemoryStorage(options), identity()),
);

function identity(): Conversion {
  return { apiVersion: 'g/v2', toStored: (object) => object, fromStored: (object) => ({ ...object }) };
}

t.test('objects are stored in one version and read in the other', async (t) => {
  const storage = newMemoryStorage();
  const view = newConvertingStorage(storage, flip);
  const created = (await view.create('g/things/a', newThing('a'))) as Flipped;
  t.equal(created.flipped, true);
  t.notOk('flipped' in ((await storage.get('g/things/a')) ?? {}), 'the stored one is in the stored version');
  t.equal(await view.get('g/things/a'), await view.get('g/things/a'), 'the conversion is made once');
});

t.test('an update that returns what it was given writes nothing', async (t) => {
  const storage = newMemoryStorage();
  const view = newConvertingStorage(storage, flip);
  await view.create('g/things/a', newThing('a'));
  const before = await view.revision();
  await view.guaranteedUpdate('g/things/a', (current) => current);
  await view.guaranteedUpdate('g/things/a', (current) => ({ ...current }));
  t.equal(await view.revision(), before);
});

t.test('selections and checks see the version of the view', async (t) => {
  const view = newConvertingStorage(newMemoryStorage(), flip);
  await view.create('g/things/a', newThing('a'));
  const { items } = await view.list('g/things/', { match: (object) => (object as Flipped).flipped === true });
  t.equal(items.length, 1);
  await view.delete('g/things/a', (current) => void t.equal((current as Flipped).flipped, true));
});

function newThing(name: string): KubernetesObject {
  return { apiVersion: 'g/v1', kind: 'Thing', metadata: { name } };
}
