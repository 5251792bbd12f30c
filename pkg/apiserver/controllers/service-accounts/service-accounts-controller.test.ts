import t, { type Test } from 'tap';
import { serviceAccountKind } from '../../../../apis/core/v1/service-account.ts';
import { newForbidden } from '../../../apimachinery/errors/constructors.ts';
import { eventually } from '../../../testing/eventually.ts';
import { newFakeClock } from '../../../testing/fake-clock.ts';
import type { AdmissionHook } from '../../admission/admission.ts';
import { createNamespace, newControlPlane, testWrite } from '../testing/control-plane.ts';
import { newServiceAccountsController } from './service-accounts-controller.ts';

async function newFixture(t: Test, admission: readonly AdmissionHook[] = []) {
  const clock = newFakeClock();
  const plane = await newControlPlane(t, { clock, admission });
  const { server, storage, namespaces, logger } = plane;
  const priority = { groupPriorityMinimum: 1000, versionPriority: 15 };
  const serviceAccounts = server.install(serviceAccountKind, priority);
  const controller = newServiceAccountsController({ namespaces, serviceAccounts, logger, clock });
  const seen = new Set<string>();
  const following = new AbortController();
  t.teardown(() => following.abort());
  const sink = {
    event: ({ type, key }: { type: string; key: string }) =>
      void (type === 'DELETED' ? seen.delete(key) : seen.add(key)),
    end: () => undefined,
  };
  await storage.watch('core/serviceaccounts/', sink, { after: await storage.revision(), signal: following.signal });
  const has = (namespace: string): boolean => seen.has(`core/serviceaccounts/${namespace}/default`);
  return { ...plane, clock, serviceAccounts, controller, has };
}

t.test('every namespace has a ServiceAccount, and has it again when it was deleted', async (t) => {
  const { controller, namespaces, serviceAccounts, run, has, logger } = await newFixture(t);
  run(controller);
  await eventually('the namespace that was there', () => has('default'));
  await eventually('all is known', () => controller.hasSynced());
  await createNamespace(namespaces, 'later');
  await eventually('a namespace that came', () => has('later'));
  const name = { namespace: 'later', name: 'default' };
  const { uid } = (await serviceAccounts.get(name)).metadata;
  await serviceAccounts.delete(name, testWrite);
  await eventually('it is back', () => has('later'));
  t.not((await serviceAccounts.get(name)).metadata.uid, uid);
  t.strictSame(logger.lines, []);
});

t.test('a namespace that goes gets none', async (t) => {
  const { controller, namespaces, serviceAccounts, run, has, logger } = await newFixture(t);
  run(controller);
  await createNamespace(namespaces, 'leaving');
  await eventually('it begins with one', () => has('leaving'));
  await namespaces.delete({ namespace: '', name: 'leaving' }, testWrite);
  await serviceAccounts.delete({ namespace: 'leaving', name: 'default' }, testWrite);
  await createNamespace(namespaces, 'after');
  await eventually('work goes on', () => has('after'));
  t.notOk(has('leaving'));
  t.strictSame(logger.lines, []);
});

t.test('what is refused is told and tried again', async (t) => {
  let refuses = true;
  const hook: AdmissionHook = {
    name: 'test',
    validate({ kind }) {
      if (refuses && kind === serviceAccountKind)
        throw newForbidden({ group: '', resource: 'serviceaccounts' }, '', '');
    },
  };
  const { controller, run, has, logger, clock } = await newFixture(t, [hook]);
  run(controller);
  await eventually('it is told', () => logger.lines.some(({ level }) => level === 'error'));
  t.notOk(has('default'));
  refuses = false;
  await clock.advance(60_000);
  await eventually('it is there', () => has('default'));
});
