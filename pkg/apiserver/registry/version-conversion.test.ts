import t from 'tap';
import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';
import {
  type KindDefinition,
  type StoredVersion,
  toStoredGroupVersion,
} from '../../apimachinery/schema/kind-definition.ts';
import { toStorageKey } from './key.ts';
import { type FindVersion, newFieldConversion, newVersionConversion } from './version-conversion.ts';

type Lamp = KubernetesObject & { watts?: number; lumens?: number };

const base = { group: 'g.example', kind: 'Lamp', plural: 'lamps', singular: 'lamp', scope: 'Cluster' } as const;
const schema = { $id: 'g.Lamp', type: 'object' } as const;
const v1: KindDefinition<Lamp> = { ...base, version: 'v1', schema };
const v2: KindDefinition<Lamp> = {
  ...base,
  version: 'v2',
  schema,
  storedAs: {
    version: 'v1',
    toStored: ({ lumens = 0, ...rest }) => ({ ...rest, watts: lumens / 100 }) as Lamp,
    fromStored: ({ watts = 0, ...rest }: Lamp) => ({ ...rest, lumens: watts * 100 }),
  },
};
const versions: Record<string, KindDefinition> = {
  v1: v1,
  v2: v2,
};
/** The same lamps, as another group has them. */
const light: KindDefinition<Lamp> = {
  ...v2,
  group: 'light.example',
  version: 'v1',
  storedAs: { group: 'g.example', ...(v2.storedAs as StoredVersion<Lamp>) },
};
const findVersion: FindVersion = ({ group, version }) => {
  if (group === 'light.example') return version === 'v1' ? light : undefined;
  return group === 'g.example' ? versions[version] : undefined;
};
const conversionOf = (version: 'v1' | 'v2') => newVersionConversion(versions[version] as KindDefinition, findVersion);

const lamp = (version: string, members: object): KubernetesObject => ({
  apiVersion: `g.example/${version}`,
  kind: 'Lamp',
  metadata: { name: 'a' },
  ...members,
});

t.test('a version that is not stored is converted both ways', async (t) => {
  t.same(conversionOf('v2').toStored(lamp('v2', { lumens: 800 })), lamp('v1', { watts: 8 }));
  t.same(conversionOf('v2').fromStored(lamp('v1', { watts: 8 })), lamp('v2', { lumens: 800 }));
});

t.test('an object that was stored before the storage version changed is read in every version', async (t) => {
  t.same(conversionOf('v1').fromStored(lamp('v2', { lumens: 300 })), lamp('v1', { watts: 3 }));
});

t.test('an object of a version that is gone can still be read, and so deleted', async (t) => {
  t.same(conversionOf('v1').fromStored(lamp('v0', { watts: 1 })), lamp('v1', { watts: 1 }));
});

t.test('fields are looked at in the version in which they were written', async (t) => {
  const convert = newFieldConversion(findVersion);
  t.same(convert(lamp('v1', { watts: 2 }), 'g.example/v2')?.object, lamp('v2', { lumens: 200 }));
  t.same(convert(lamp('v2', { lumens: 200 }), 'g.example/v1')?.object, lamp('v1', { watts: 2 }));
  t.same(convert(lamp('v2', { lumens: 200 }), 'g.example/v2')?.object, lamp('v2', { lumens: 200 }));
  t.equal(convert(lamp('v1', {}), 'g.example/v9'), undefined, 'a version that is not served');
  t.equal(convert(lamp('v1', {}), 'other.example/v1'), undefined, 'a group that has no such kind');
  t.equal(convert(lamp('v1', {}), 'g.example/v1/v1'), undefined, 'no version at all');
});

t.test('a kind of one group is stored as that of another, and seen through both', async (t) => {
  const conversion = newVersionConversion(light, findVersion);
  const lit = { ...lamp('', { lumens: 800 }), apiVersion: 'light.example/v1' };
  t.same(conversion.toStored(lit), lamp('v1', { watts: 8 }));
  t.same(conversion.fromStored(lamp('v1', { watts: 8 })), lit);
  t.same(conversion.fromStored(lamp('v2', { lumens: 800 })), lit, 'whatever version is stored');
  const convert = newFieldConversion(findVersion);
  t.same(convert(lit, 'g.example/v1')?.object, lamp('v1', { watts: 8 }));
  t.same(convert(lit, 'g.example/v2')?.object, lamp('v2', { lumens: 800 }));
  t.same(convert(lamp('v1', { watts: 8 }), 'light.example/v1')?.object, lit);
  const name = { namespace: '', name: 'a' };
  t.equal(toStorageKey(light, name), toStorageKey(v1, name));
  t.same(toStoredGroupVersion(light), { group: 'g.example', version: 'v1' });
});
