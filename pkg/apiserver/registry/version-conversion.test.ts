import t from 'tap';
import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';
import type { KindDefinition } from '../../apimachinery/schema/kind-definition.ts';
import { newFieldConversion, newVersionConversion } from './version-conversion.ts';

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
const conversionOf = (version: 'v1' | 'v2') =>
  newVersionConversion(versions[version] as KindDefinition, (name) => versions[name]);

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
  const findVersion = (name: string) => versions[name];
  const convert = newFieldConversion(v1, findVersion);
  t.same(convert(lamp('v1', { watts: 2 }), 'g.example/v2')?.object, lamp('v2', { lumens: 200 }));
  t.same(convert(lamp('v2', { lumens: 200 }), 'g.example/v1')?.object, lamp('v1', { watts: 2 }));
  t.same(convert(lamp('v2', { lumens: 200 }), 'g.example/v2')?.object, lamp('v2', { lumens: 200 }));
  t.equal(convert(lamp('v1', {}), 'g.example/v9'), undefined, 'a version that is not served');
  t.equal(convert(lamp('v1', {}), 'other.example/v1'), undefined, 'another group');
});
