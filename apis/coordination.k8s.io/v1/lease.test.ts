import t from 'tap';
import { newKindTester } from '../../../pkg/testing/kind-tester.ts';
import { leaseKind } from './lease.ts';

const { create, update, createFault, updateFault, cells } = newKindTester(leaseKind);

t.test('times are written as Go writes them', async (t) => {
  const times = async (renewTime: unknown) => (await create({ spec: { renewTime } })).spec?.renewTime;
  t.equal(await times('2026-01-01T02:00:00+02:00'), '2026-01-01T00:00:00.000000Z');
  t.equal(await times('2026-01-01T00:00:00.123456789Z'), '2026-01-01T00:00:00.123456Z');
  t.equal(await times('2026-01-01T00:00:00.5Z'), '2026-01-01T00:00:00.500000Z');
  t.equal(await times('0001-01-01T00:00:00Z'), null, 'the zero time');
  t.equal(await times(null), undefined);
  t.same((await create({})).spec, {}, 'there is always a spec');
  t.equal(await createFault({ spec: { renewTime: '0001-01-01T00:00:00Z' } }), '');
});

t.test('durations and counts are checked', async (t) => {
  t.equal(await createFault({ spec: { leaseDurationSeconds: 15, leaseTransitions: 0 } }), '');
  t.equal(
    await createFault({ spec: { leaseDurationSeconds: -1 } }),
    'spec.leaseDurationSeconds: Invalid value: -1: must be greater than 0',
  );
  const both =
    '[spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0, spec.leaseTransitions: Invalid value: -2: must be greater than or equal to 0]';
  t.equal(await createFault({ spec: { leaseDurationSeconds: 0, leaseTransitions: -2 } }), both);
  const old = await create({ spec: { leaseDurationSeconds: 1 } });
  t.match(await updateFault({ spec: { leaseDurationSeconds: 0 } }, old), /must be greater than 0/);
});

t.test('members of coordinated leader election are dropped, as behind a closed feature gate', async (t) => {
  const spec = { holderIdentity: 'a', strategy: 'OldestEmulationVersion', preferredHolder: 'b' };
  const old = await create({ spec });
  t.same(old.spec, { holderIdentity: 'a' });
  t.same((await update({ spec }, old)).spec, { holderIdentity: 'a' });
});

t.test('the table says who holds it', async (t) => {
  t.same(cells(await create({ spec: { holderIdentity: 'a' } })), ['a']);
  t.same(cells(await create({})), ['']);
});
