import t from 'tap';
import { newKindTester } from '../../../pkg/testing/kind-tester.ts';
import { serviceAccountKind } from './service-account.ts';

const { create, update, createFault } = newKindTester(serviceAccountKind);

t.test('of a Secret only the name counts, and what is empty is left out', async (t) => {
  const account = await create({
    secrets: [{ kind: 'Secret', name: 's', namespace: 'n' }, {}],
    imagePullSecrets: [],
    automountServiceAccountToken: false,
  });
  t.same(account.secrets, [{ name: 's' }, {}]);
  t.notOk(Object.hasOwn(account, 'imagePullSecrets'));
  t.equal(account.automountServiceAccountToken, false);
  t.same((await update({ secrets: [{ name: 'x', uid: 'u' }] }, account)).secrets, [{ name: 'x' }]);
  t.notOk(Object.hasOwn(await update({ secrets: [] }, account), 'secrets'));
  t.equal(await createFault({ imagePullSecrets: [{}] }), '', 'for the sake of old clients');
});

t.test('who newly limits the Secrets is told that it is deprecated', async (t) => {
  const annotations = { 'kubernetes.io/enforce-mountable-secrets': 'true' };
  const plain = await create({});
  const limited = await create({ metadata: { name: 'a', namespace: 'default', annotations } });
  const { strategy = {} } = serviceAccountKind;
  const text =
    'metadata.annotations[kubernetes.io/enforce-mountable-secrets]: deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets';
  t.same(strategy.warnings?.(limited, undefined), [text]);
  t.same(strategy.warnings?.(limited, plain), [text]);
  t.same(strategy.warnings?.(limited, limited), []);
  t.same(strategy.warnings?.(plain, undefined), []);
});
