import t from 'tap';
import type { Namespace } from './namespace-schema.ts';
import { namespaceKind } from './namespace.ts';

const { strategy = {} } = namespaceKind;

function newNamespace(name: string): Namespace {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
}

t.test('a new namespace is active, labelled with its name and held by its finalizer', async (t) => {
  const draft = newNamespace('g');
  draft.metadata.labels = { mine: 'x' };
  draft.status = { phase: 'Terminating' };
  strategy.applyDefaults?.(draft);
  strategy.prepareForCreate?.(draft);
  t.same(draft.metadata.labels, { mine: 'x', 'kubernetes.io/metadata.name': 'g' });
  t.same(draft.spec, { finalizers: ['kubernetes'] });
  t.same(draft.status, { phase: 'Active' });
});

t.test('the label cannot be taken away or changed', async (t) => {
  const draft = newNamespace('g');
  draft.metadata.labels = { 'kubernetes.io/metadata.name': 'other' };
  strategy.applyDefaults?.(draft);
  t.same(draft.metadata.labels, { 'kubernetes.io/metadata.name': 'g' });
});

t.test('an update does not change the finalizers', async (t) => {
  const old = { ...newNamespace('g'), spec: { finalizers: ['kubernetes'] } };
  const draft: Namespace = { ...newNamespace('g'), spec: { finalizers: [] } };
  strategy.prepareForUpdate?.(draft, old);
  t.same(draft.spec, { finalizers: ['kubernetes'] });
});

t.test('names are DNS labels', async (t) => {
  t.same(strategy.validateName?.('a-b', false), []);
  t.not(strategy.validateName?.('a.b', false).length, 0);
});

t.test('columns show the phase', async (t) => {
  t.same(
    namespaceKind.columns?.map(({ name }) => name),
    ['Status', 'Age'],
  );
  t.equal(namespaceKind.columns?.[0]?.cell({ ...newNamespace('g'), status: { phase: 'Active' } }, 0), 'Active');
});
