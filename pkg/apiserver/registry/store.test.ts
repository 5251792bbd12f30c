import t, { type Test } from 'tap';
import type { KubernetesObject, Status } from '../../../apis/meta/v1/types.ts';
import { newForbidden } from '../../apimachinery/errors/constructors.ts';
import { isStatusError } from '../../apimachinery/errors/status-error.ts';
import { cloneJSON } from '../../apimachinery/runtime/json.ts';
import type { KindDefinition } from '../../apimachinery/schema/kind-definition.ts';
import { newStructuralValidator } from '../../apimachinery/validation/structural.ts';
import { StorageError } from '../../storage/errors.ts';
import type { Storage, StorageEvent } from '../../storage/interface.ts';
import { newMemoryStorage } from '../../storage/memory/memory-storage.ts';
import { type Gadget, gadgetKind, newGadget, newWidget, type Widget, widgetKind } from '../../testing/test-kinds.ts';
import type { AdmissionHook, AdmissionRequest } from '../admission/admission.ts';
import { newNamespaceLifecycle } from '../admission/namespace-lifecycle.ts';
import { anonymousUser } from '../user-info.ts';
import { applyDefaults } from './apply-defaults.ts';
import type { DeleteOptions } from './delete-object.ts';
import { toStorageKey, toStoragePrefix } from './key.ts';
import { everything } from './selection.ts';
import { Store } from './store.ts';
import type { WriteOptions } from './store-options.ts';

const now = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
const rfc3339 = '2026-01-02T03:04:05Z';

interface StoreFixture<T extends KubernetesObject> {
  readonly store: Store<T>;
  readonly storage: Storage;
  /** Every change, in order. */
  readonly events: readonly StorageEvent[];
  readonly warnings: readonly string[];
  readonly write: WriteOptions;
  readonly dryRun: WriteOptions;
}

async function newStore<T extends KubernetesObject>(
  t: Test,
  kind: KindDefinition<T>,
  options: { admission?: readonly AdmissionHook[]; suffixes?: readonly string[]; storage?: Storage } = {},
): Promise<StoreFixture<T>> {
  const { admission = [], suffixes = ['aaaaa'], storage = newMemoryStorage() } = options;
  t.teardown(() => storage.close());
  let uids = 0;
  let names = 0;
  const warnings: string[] = [];
  const write = { user: anonymousUser, dryRun: false, warn: (text: string) => void warnings.push(text) };
  const store = new Store<T>({
    kind,
    storage,
    validator: newStructuralValidator(),
    admission,
    now: () => now,
    newUID: () => `uid-${++uids}`,
    newNameSuffix: () => suffixes[names++ % suffixes.length] ?? '',
  });
  const events: StorageEvent[] = [];
  const { signal } = new AbortController();
  const sink = { event: (event: StorageEvent) => void events.push(event), end: () => undefined };
  await storage.watch('', sink, { after: await storage.revision(), signal });
  return { store, storage, events, warnings, write, dryRun: { ...write, dryRun: true } };
}

const place = (name: string, namespace = 'n') => ({ namespace, name });
const gadgetPlace = (name: string) => place(name, '');

/** The `Status` that a promise fails with. */
async function failure(work: Promise<unknown>): Promise<Status> {
  try {
    await work;
  } catch (error) {
    if (isStatusError(error)) return error.status;
    throw error;
  }
  throw new Error('did not fail');
}

/** Updates an object by a function that changes a copy. */
function change<T extends KubernetesObject>(
  { store, write }: Pick<StoreFixture<T>, 'store' | 'write'>,
  name: { namespace: string; name: string },
  mutate: (draft: T) => void,
): Promise<T> {
  return store.update({ ...name, subresource: '', transform: toTransform(mutate) }, write);
}

/** Same, through the status subresource. */
function changeStatus<T extends KubernetesObject>(
  { store, write }: Pick<StoreFixture<T>, 'store' | 'write'>,
  name: { namespace: string; name: string },
  mutate: (draft: T) => void,
): Promise<T> {
  return store.update({ ...name, subresource: 'status', transform: toTransform(mutate) }, write);
}

function toTransform<T extends KubernetesObject>(mutate: (draft: T) => void): (old: T) => T {
  return (old) => {
    const draft = cloneJSON(old);
    mutate(draft);
    return draft;
  };
}

function replace<T extends KubernetesObject>(draft: T): (old: T) => T {
  return () => cloneJSON(draft);
}

/** The object without the books of who owns which field, which have tests of their own. */
function withoutManagers({ metadata: { managedFields: _, ...metadata }, ...rest }: KubernetesObject): KubernetesObject {
  return { ...rest, metadata };
}

t.test('create sets what is the system to set', async (t) => {
  const { store, write } = await newStore(t, widgetKind);
  const metadata = {
    name: 'a',
    uid: 'mine',
    generation: 7,
    creationTimestamp: '2000-01-01T00:00:00Z',
    deletionTimestamp: '2000-01-01T00:00:00Z',
    deletionGracePeriodSeconds: 30,
    selfLink: '/a',
    labels: { app: 'x' },
    finalizers: ['example.com/f'],
  };
  const created = await store.create(newWidget('a', { metadata, status: { phase: 'Mine' } }), 'n', write);
  t.strictSame(withoutManagers(created), {
    apiVersion: 'test.example.com/v1',
    kind: 'Widget',
    metadata: {
      name: 'a',
      namespace: 'n',
      uid: 'uid-1',
      resourceVersion: '2',
      generation: 1,
      creationTimestamp: rfc3339,
      labels: { app: 'x' },
      finalizers: ['example.com/f'],
    },
    spec: { size: 1 },
  });
  t.equal(await store.get(place('a')), created, 'what is read is the same object');
  t.throws(() => Object.assign(created.metadata, { name: 'b' }), TypeError, 'and frozen');
});

t.test('a kind without a status subresource or generation keeps and has none', async (t) => {
  const kind = { ...widgetKind, statusSubresource: false, tracksGeneration: false };
  const { store, write } = await newStore<Widget>(t, kind);
  const created = await store.create(newWidget('a', { status: { phase: 'Mine' } }), 'n', write);
  t.same(created.status, { phase: 'Mine' });
  t.notOk('generation' in created.metadata);
  const updated = await change<Widget>({ store, write }, place('a'), (draft) => {
    draft.spec = { size: 5 };
    draft.status = { phase: 'Other' };
  });
  t.same([updated.spec, updated.status], [{ size: 5 }, { phase: 'Other' }]);
  t.notOk('generation' in updated.metadata);
});

t.test('namespaces of created objects', async (t) => {
  const { store, write } = await newStore(t, widgetKind);
  t.match(await store.create(newWidget('a'), 'n', write), { metadata: { namespace: 'n' } }, 'filled in');
  const same = newWidget('b', { metadata: { name: 'b', namespace: 'n' } });
  t.match(await store.create(same, 'n', write), { metadata: { namespace: 'n' } }, 'repeated');
  const other = newWidget('c', { metadata: { name: 'c', namespace: 'other' } });
  t.strictSame(await failure(store.create(other, 'n', write)), {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: 'the namespace of the provided object does not match the namespace sent on the request',
    reason: 'BadRequest',
    code: 400,
  });
  t.match(
    (await failure(store.create(newWidget('d'), 'Bad_NS', write))).message,
    /^Widget\.test\.example\.com "d" is invalid: metadata\.namespace: Invalid value: "Bad_NS": a lowercase RFC 1123 label/,
  );
  const gadgets = await newStore(t, gadgetKind);
  const placed = newGadget('g', { metadata: { name: 'g', namespace: 'n' } });
  t.notOk('namespace' in (await gadgets.store.create(placed, '', gadgets.write)).metadata, 'cleared without a word');
});

t.test('generated names', async (t) => {
  const { store, write } = await newStore(t, widgetKind, { suffixes: ['aaaaa', 'aaaaa', 'bbbbb'] });
  const draft = newWidget('', { metadata: { generateName: 'w-' } });
  t.match(await store.create(draft, 'n', write), { metadata: { name: 'w-aaaaa', generateName: 'w-' } });
  t.match(await store.create(draft, 'n', write), { metadata: { name: 'w-bbbbb' } }, 'another one when it is taken');
  const long = newWidget('', { metadata: { generateName: 'x'.repeat(80) } });
  t.equal((await store.create(long, 'n', write)).metadata.name, `${'x'.repeat(58)}aaaaa`, '63 characters in all');
  const both = newWidget('given', { metadata: { name: 'given', generateName: 'w-' } });
  t.equal((await store.create(both, 'n', write)).metadata.name, 'given', 'a name comes first');
});

t.test('generated names that are all taken', async (t) => {
  const { store, write } = await newStore(t, widgetKind);
  await store.create(newWidget('w-aaaaa'), 'n', write);
  t.strictSame(await failure(store.create(newWidget('', { metadata: { generateName: 'w-' } }), 'n', write)), {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message:
      'widgets.test.example.com "w-aaaaa" already exists, the server was not able to generate a unique name for the object',
    reason: 'AlreadyExists',
    details: { name: 'w-aaaaa', group: 'test.example.com', kind: 'widgets', retryAfterSeconds: 1 },
    code: 409,
  });
});

t.test('a name can be taken once, and again when it is free', async (t) => {
  const { store, write, dryRun, events } = await newStore(t, widgetKind);
  await store.create(newWidget('a', { metadata: { name: 'a', finalizers: ['example.com/f'] } }), 'n', write);
  const exists = {
    message: 'widgets.test.example.com "a" already exists',
    reason: 'AlreadyExists',
    details: { name: 'a', group: 'test.example.com', kind: 'widgets' },
    code: 409,
  };
  t.match(await failure(store.create(newWidget('a'), 'n', write)), exists);
  t.match(await failure(store.create(newWidget('a'), 'n', dryRun)), exists);
  t.match(await store.create(newWidget('a'), 'm', write), { metadata: { namespace: 'm' } }, 'elsewhere it is free');
  await store.delete(place('a'), write);
  const dying = { ...exists, message: `object is being deleted: ${exists.message}` };
  t.match(await failure(store.create(newWidget('a'), 'n', write)), dying);
  t.match(await failure(store.create(newWidget('a'), 'n', dryRun)), dying);
  await change({ store, write }, place('a'), ({ metadata }) => (metadata.finalizers = []));
  const again = await store.create(newWidget('a'), 'n', write);
  t.not(again.metadata.uid, 'uid-1', 'another object of that name');
  t.same(
    events.map(({ type, key }) => `${type} ${key}`),
    ['ADDED n', 'ADDED m', 'MODIFIED n', 'DELETED n', 'ADDED n'].map((each) =>
      each.replace(/ (.)/, ' test.example.com/widgets/$1/a'),
    ),
  );
});

t.test('a resourceVersion on create', async (t) => {
  const { store, write } = await newStore(t, widgetKind);
  const at = (resourceVersion: string) => newWidget('a', { metadata: { name: 'a', resourceVersion } });
  t.strictSame(await failure(store.create(at('5'), 'n', write)), {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: 'resourceVersion should not be set on objects to be created',
    code: 500,
  });
  t.match(await failure(store.create(at('x'), 'n', write)), { code: 400, reason: 'BadRequest' });
  t.match(await store.create(at('0'), 'n', write), { metadata: { resourceVersion: '2' } }, '0 is none');
});

t.test('faults of a new object: metadata first, then structure, then the rules of the kind', async (t) => {
  const { store, write, events } = await newStore(t, widgetKind);
  const bad = newWidget('Bad_Name', { spec: { size: -1, color: 'pink' } } as unknown as Widget);
  const name =
    "Invalid value: \"Bad_Name\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
  const color = 'Unsupported value: "pink": supported values: "red", "green", "blue"';
  const size = 'Invalid value: -1: must be greater than or equal to 0';
  t.strictSame(await failure(store.create(bad, 'n', write)), {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: `Widget.test.example.com "Bad_Name" is invalid: [metadata.name: ${name}, spec.color: ${color}, spec.size: ${size}]`,
    reason: 'Invalid',
    details: {
      name: 'Bad_Name',
      group: 'test.example.com',
      kind: 'Widget',
      causes: [
        { reason: 'FieldValueInvalid', message: name, field: 'metadata.name' },
        { reason: 'FieldValueNotSupported', message: color, field: 'spec.color' },
        { reason: 'FieldValueInvalid', message: size, field: 'spec.size' },
      ],
    },
    code: 422,
  });
  t.strictSame(await failure(store.create(newWidget('', { metadata: {} }), 'n', write)), {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: 'Widget.test.example.com "" is invalid: metadata.name: Required value: name or generateName is required',
    reason: 'Invalid',
    details: {
      group: 'test.example.com',
      kind: 'Widget',
      causes: [
        {
          reason: 'FieldValueRequired',
          message: 'Required value: name or generateName is required',
          field: 'metadata.name',
        },
      ],
    },
    code: 422,
  });
  t.match(await failure(store.create(newWidget('a', { spec: {} as never }), 'n', write)), {
    message: 'Widget.test.example.com "a" is invalid: spec.size: Required value',
    details: { causes: [{ reason: 'FieldValueRequired', message: 'Required value', field: 'spec.size' }] },
  });
  t.same(events, [], 'nothing was stored');
});

t.test('an update of the resource leaves status and system metadata alone', async (t) => {
  const { store, write } = await newStore(t, widgetKind);
  const created = await store.create(newWidget('a'), 'n', write);
  await changeStatus({ store, write }, place('a'), (draft) => (draft.status = { phase: 'Ready' }));
  const draft = newWidget('a', { spec: { size: 2 }, status: { phase: 'Forged' } });
  Object.assign(draft.metadata, { generation: 99, creationTimestamp: null, selfLink: '/x', labels: { a: 'b' } });
  const updated = await store.update({ ...place('a'), subresource: '', transform: replace(draft) }, write);
  t.strictSame(withoutManagers(updated), {
    ...draft,
    metadata: { ...withoutManagers(created).metadata, labels: { a: 'b' }, generation: 2, resourceVersion: '4' },
    status: { phase: 'Ready' },
  });
});

t.test('an update of the status leaves everything else alone', async (t) => {
  const { store, write } = await newStore(t, widgetKind);
  const created = await store.create(newWidget('a'), 'n', write);
  const draft = newWidget('a', { spec: { size: 9, color: 'blue' }, status: { phase: 'Ready' } });
  draft.metadata.labels = { a: 'b' };
  const update = { ...place('a'), subresource: 'status', transform: replace(draft) } as const;
  const updated = await store.update(update, write);
  t.strictSame(withoutManagers(updated), {
    ...created,
    metadata: { ...withoutManagers(created).metadata, labels: { a: 'b' }, resourceVersion: '3' },
    status: { phase: 'Ready' },
  });
  t.equal(updated.metadata.generation, 1, 'the generation is that of the spec');
  const removed = await changeStatus({ store, write }, place('a'), (each) => delete each.status);
  t.notOk('status' in removed, 'a status can be taken away');
  t.match(
    await failure(changeStatus({ store, write }, place('a'), (each) => (each.status = { phase: 'Broken' }))),
    {
      message: 'Widget.test.example.com "a" is invalid: status.phase: Invalid value: "Broken": must not be broken',
      code: 422,
    },
    'by rules of its own',
  );
});

t.test('generation grows with the spec only', async (t) => {
  const { store, write } = await newStore(t, widgetKind);
  await store.create(newWidget('a'), 'n', write);
  const generation = async (mutate: (draft: Widget) => void) =>
    (await change({ store, write }, place('a'), mutate)).metadata.generation;
  t.equal(await generation((draft) => (draft.metadata.labels = { a: 'b' })), 1);
  t.match(await changeStatus({ store, write }, place('a'), (draft) => (draft.status = { phase: 'x' })), {
    metadata: { generation: 1 },
  });
  t.equal(await generation((draft) => (draft.spec = { size: 2 })), 2);
  t.equal(await generation((draft) => (draft.spec = { size: 3 })), 3);
  t.equal(await generation((draft) => (draft.metadata.generation = 50)), 3);
});

t.test('a write that changes nothing is none', async (t) => {
  const { store, write, events } = await newStore(t, widgetKind);
  const created = await store.create(newWidget('a', { spec: { size: 1, settings: { x: '1', y: '2' } } }), 'n', write);
  const same = newWidget('a', { spec: { settings: { y: '2', x: '1' }, size: 1 } });
  t.equal(await store.update({ ...place('a'), subresource: '', transform: replace(same) }, write), created);
  t.equal(await store.update({ ...place('a'), subresource: '', transform: (old) => old }, write), created);
  t.equal(await changeStatus({ store, write }, place('a'), () => undefined), created);
  t.equal(events.length, 1, 'watchers hear nothing');
});

t.test('optimistic locking', async (t) => {
  const { store, write } = await newStore(t, widgetKind);
  await store.create(newWidget('a'), 'n', write);
  const put = (resourceVersion: string | undefined, size: number) => {
    const metadata = { name: 'a', ...(resourceVersion === undefined ? {} : { resourceVersion }) };
    const draft = newWidget('a', { metadata, spec: { size } });
    return store.update({ ...place('a'), subresource: '', transform: replace(draft) }, write);
  };
  t.match(await put('2', 2), { metadata: { resourceVersion: '3' } });
  const conflict = {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message:
      'Operation cannot be fulfilled on widgets.test.example.com "a": the object has been modified; please apply your changes to the latest version and try again',
    reason: 'Conflict',
    details: { name: 'a', group: 'test.example.com', kind: 'widgets' },
    code: 409,
  };
  t.strictSame(await failure(put('2', 3)), conflict, 'an old state');
  t.strictSame(await failure(put('4', 3)), conflict, 'a state that never was');
  for (const none of [undefined, '', '0']) {
    t.match(await put(none, 4), { spec: { size: 4 } }, `${String(none)} means the latest`);
  }
  t.match(await failure(put('abc', 4)), {
    code: 400,
    message: 'invalid resource version: strconv.ParseUint: parsing "abc": invalid syntax',
  });
});

t.test('a kind that must be updated from a known state', async (t) => {
  const { store, write } = await newStore<Widget>(t, { ...widgetKind, allowUnconditionalUpdate: false });
  await store.create(newWidget('a'), 'n', write);
  const update = { ...place('a'), subresource: '', transform: replace(newWidget('a', { spec: { size: 2 } })) } as const;
  t.strictSame(await failure(store.update(update, write)), {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message:
      'widgets.test.example.com "a" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for an update',
    reason: 'Invalid',
    details: {
      name: 'a',
      group: 'test.example.com',
      kind: 'widgets',
      causes: [
        {
          reason: 'FieldValueInvalid',
          message: 'Invalid value: 0: must be specified for an update',
          field: 'metadata.resourceVersion',
        },
      ],
    },
    code: 422,
  });
});

t.test('the uid as a precondition, and as a member that never changes', async (t) => {
  const { store, write } = await newStore(t, widgetKind);
  await store.create(newWidget('a'), 'n', write);
  const transform = (uid: string) => (old: Widget) => ({ ...old, metadata: { ...old.metadata, uid } });
  const wanted = { ...place('a'), subresource: '', uid: 'other', transform: transform('other') } as const;
  t.strictSame(
    (await failure(store.update(wanted, write))).message,
    uidConflict('widgets.test.example.com', 'test.example.com/widgets/n/a'),
  );
  const { message, details } = await failure(store.update({ ...wanted, uid: undefined }, write));
  const why = 'Invalid value: "other": field is immutable';
  t.equal(message, `Widget.test.example.com "a" is invalid: metadata.uid: ${why}`);
  const cause = { reason: 'FieldValueInvalid', message: why, field: 'metadata.uid' };
  t.strictSame(details?.causes, [cause, cause], 'twice, as upstream has it');
  t.ok(await store.update({ ...wanted, uid: 'uid-1', transform: transform('uid-1') }, write));
  t.match(await store.update({ ...wanted, uid: '', transform: transform('') }, write), { metadata: { uid: 'uid-1' } });
  const core = await newStore<Gadget>(t, { ...gadgetKind, group: '', version: 'v1' });
  await core.store.create(newGadget('a'), '', core.write);
  const update = { ...gadgetPlace('a'), subresource: '', uid: 'other', transform: (old: Gadget) => old } as const;
  t.ok(await core.store.update(update, core.write), 'what is not to be changed is not looked at');
  const changed = { ...update, transform: (old: Gadget) => ({ ...cloneJSON(old), data: { a: 'b' } }) };
  t.equal((await failure(core.store.update(changed, core.write))).message, uidConflict('gadgets', 'gadgets/a'));
});

function uidConflict(resource: string, key: string): string {
  return `Operation cannot be fulfilled on ${resource} "a": StorageError: invalid object, Code: 4, Key: /registry/${key}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: other, UID in object meta: uid-1`;
}

t.test('a deletion cannot be set, moved or revoked by an update', async (t) => {
  const { store, write } = await newStore(t, widgetKind);
  await store.create(newWidget('a', { metadata: { name: 'a', finalizers: ['example.com/f'] } }), 'n', write);
  const update = (metadata: Partial<Widget['metadata']>) =>
    change({ store, write }, place('a'), (draft) => void Object.assign(draft.metadata, metadata));
  t.match(await failure(update({ deletionTimestamp: '2030-01-01T00:00:00Z' })), {
    code: 422,
    message:
      'Widget.test.example.com "a" is invalid: metadata.deletionTimestamp: Invalid value: "2030-01-01T00:00:00Z": field is immutable',
  });
  t.match(await failure(update({ deletionGracePeriodSeconds: 5 })), { code: 422 });
  await store.delete(place('a'), write);
  const dying = { deletionTimestamp: rfc3339, deletionGracePeriodSeconds: 0 };
  t.match(await update({ deletionTimestamp: '2030-01-01T00:00:00Z' }), { metadata: dying });
  const revoke = change({ store, write }, place('a'), ({ metadata }) => {
    delete metadata.deletionTimestamp;
    delete metadata.deletionGracePeriodSeconds;
  });
  t.match(await revoke, { metadata: dying });
});

t.test('a changed object is validated against the old one', async (t) => {
  const { store, write, warnings } = await newStore(t, widgetKind);
  await store.create(newWidget('a', { spec: { size: 5 } }), 'n', write);
  t.match(await failure(change({ store, write }, place('a'), (draft) => (draft.spec = { size: 4 }))), {
    message: 'Widget.test.example.com "a" is invalid: spec.size: Invalid value: 4: must not shrink',
  });
  const label = change({ store, write }, place('a'), ({ metadata }) => (metadata.labels = { 'a b': 'x' }));
  t.match(
    (await failure(label)).message,
    /^Widget\.test\.example\.com "a" is invalid: metadata\.labels: Invalid value: "a b"/,
  );
  await change({ store, write }, place('a'), (draft) => (draft.spec = { size: 6, color: 'green' }));
  t.same(warnings, ['spec.color: green is going out of fashion'], 'an accepted write may come with a warning');
  const kind: KindDefinition<Widget> = {
    ...widgetKind,
    strategy: { validate: (widget) => widgetKind.strategy?.validate?.(widget) ?? [] },
  };
  const plain = await newStore(t, kind);
  await plain.store.create(newWidget('a'), 'n', plain.write);
  const negative = change(plain, place('a'), (draft) => (draft.spec = { size: -1 }));
  t.match(await failure(negative), { code: 422 }, 'without rules for updates those for new objects hold');
});

t.test('repeated owners are taken out with a warning', async (t) => {
  const owner = { apiVersion: 'v1', kind: 'Thing', name: 'o', uid: 'u1' };
  const hook: AdmissionHook = {
    name: 'Repeater',
    mutate: ({ object, name }) => void (name === 'b' && object?.metadata.ownerReferences?.push({ ...owner })),
  };
  const { store, write, warnings } = await newStore(t, widgetKind, { admission: [hook] });
  const ownerReferences = [owner, { ...owner, name: 'p', uid: 'u2' }, { ...owner }];
  const created = await store.create(newWidget('a', { metadata: { name: 'a', ownerReferences } }), 'n', write);
  t.same(created.metadata.ownerReferences, ownerReferences.slice(0, 2));
  const text = (when: string) =>
    `.metadata.ownerReferences contains duplicate entries${when}; API server dedups owner references in 1.20+, and may reject such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: u1`;
  t.same(warnings, [text('')]);
  await store.create(newWidget('b', { metadata: { name: 'b', ownerReferences: [owner] } }), 'n', write);
  t.same(warnings.slice(1), [text(' after mutating admission happens')]);
});

t.test('admission changes before validation and refuses after it', async (t) => {
  const seen: string[] = [];
  const describe = ({ operation, name, namespace, subresource, object, old, dryRun, user }: AdmissionRequest) =>
    `${operation} ${namespace}/${name} ${subresource} ${object === undefined ? '-' : 'new'} ${old === undefined ? '-' : 'old'} ${dryRun ? 'dry' : ''} ${user.name}`;
  const hooks: AdmissionHook[] = [
    {
      name: 'Painter',
      mutate(request) {
        seen.push(`mutate ${describe(request)}`);
        const { spec } = request.object as Widget;
        if (spec !== undefined) spec.color ??= 'blue';
      },
      validate: (request) => void seen.push(`validate ${describe(request)}`),
    },
    {
      name: 'Guard',
      validate({ name, kind, warn }) {
        warn('guarded');
        if (name === 'secret') throw newForbidden({ group: kind.group, resource: kind.plural }, name, 'not you');
      },
    },
  ];
  const { store, write, dryRun, events, warnings } = await newStore(t, widgetKind, { admission: hooks });
  t.match(await store.create(newWidget('a'), 'n', write), { spec: { color: 'blue' } });
  await store.create(newWidget('b'), 'n', dryRun);
  await changeStatus({ store, write }, place('a'), (draft) => (draft.status = { phase: 'x' }));
  await store.delete(place('a'), write);
  const who = 'system:anonymous';
  t.same(seen, [
    `mutate CREATE n/a  new -  ${who}`,
    `validate CREATE n/a  new -  ${who}`,
    `mutate CREATE n/b  new - dry ${who}`,
    `validate CREATE n/b  new - dry ${who}`,
    `mutate UPDATE n/a status new old  ${who}`,
    `validate UPDATE n/a status new old  ${who}`,
    `validate DELETE n/a  - old  ${who}`,
  ]);
  t.same(new Set(warnings), new Set(['guarded']));
  const before = events.length;
  t.match(await failure(store.create(newWidget('secret'), 'n', write)), {
    message: 'widgets.test.example.com "secret" is forbidden: not you',
    reason: 'Forbidden',
    code: 403,
  });
  const invalid = store.create(newWidget('secret', { spec: { size: -1 } }), 'n', write);
  t.match(await failure(invalid), { code: 422 }, 'faults come before refusals');
  t.equal(events.length, before, 'a refused write leaves nothing behind');
});

t.test('objects live in namespaces that are there and will stay', async (t) => {
  const namespaces = new Map<string, KubernetesObject>();
  const put = (name: string, metadata = {}) =>
    namespaces.set(name, { apiVersion: 'v1', kind: 'Namespace', metadata: { name, ...metadata } });
  put('n');
  put('dying', { deletionTimestamp: rfc3339 });
  const lifecycle = newNamespaceLifecycle(async (name) => namespaces.get(name));
  const { store, write } = await newStore(t, widgetKind, { admission: [lifecycle] });
  t.ok(await store.create(newWidget('a'), 'n', write));
  t.match(await failure(store.create(newWidget('a'), 'missing', write)), {
    message: 'namespaces "missing" not found',
    reason: 'NotFound',
    details: { name: 'missing', kind: 'namespaces' },
    code: 404,
  });
  t.strictSame(await failure(store.create(newWidget('late'), 'dying', write)), {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message:
      'widgets.test.example.com "late" is forbidden: unable to create new content in namespace dying because it is being terminated',
    reason: 'Forbidden',
    details: {
      name: 'late',
      group: 'test.example.com',
      kind: 'widgets',
      causes: [
        {
          reason: 'NamespaceTerminating',
          message: 'namespace dying is being terminated',
          field: 'metadata.namespace',
        },
      ],
    },
    code: 403,
  });
  namespaces.delete('n');
  t.ok(
    await change({ store, write }, place('a'), (draft) => (draft.spec = { size: 2 })),
    'what is there can be changed',
  );
  const kind: KindDefinition<Gadget> = { ...gadgetKind, group: '', plural: 'namespaces', kind: 'Namespace' };
  const own = await newStore(t, kind, { admission: [lifecycle] });
  for (const name of ['default', 'mine']) await own.store.create(newGadget(name), '', own.write);
  t.match(await failure(own.store.delete(gadgetPlace('default'), own.write)), {
    message: 'namespaces "default" is forbidden: this namespace may not be deleted',
  });
  t.match(await own.store.delete(gadgetPlace('mine'), own.write), { gone: true });
});

t.test('delete removes what nothing holds', async (t) => {
  const { store, write, events } = await newStore(t, widgetKind);
  const created = await store.create(newWidget('a'), 'n', write);
  const { gone, object } = await store.delete(place('a'), write);
  t.ok(gone);
  t.strictSame(object, { ...created, metadata: { ...created.metadata, resourceVersion: '3' } }, 'as of its deletion');
  t.same(
    events.map(({ type }) => type),
    ['ADDED', 'DELETED'],
  );
  t.strictSame(await failure(store.delete(place('a'), write)), {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: 'widgets.test.example.com "a" not found',
    reason: 'NotFound',
    details: { name: 'a', group: 'test.example.com', kind: 'widgets' },
    code: 404,
  });
});

t.test('finalizers hold an object until the last one goes', async (t) => {
  const { store, write, events } = await newStore(t, widgetKind);
  const finalizers = ['example.com/f', 'example.com/g'];
  await store.create(newWidget('a', { metadata: { name: 'a', finalizers } }), 'n', write);
  const { gone, object } = await store.delete(place('a'), write);
  t.notOk(gone);
  t.match(object, { metadata: { deletionTimestamp: rfc3339, deletionGracePeriodSeconds: 0, generation: 2 } });
  t.same(await store.delete(place('a'), write), { gone: false, object }, 'deleting again changes nothing');
  const added = change({ store, write }, place('a'), ({ metadata }) => metadata.finalizers?.push('example.com/h'));
  t.match(await failure(added), {
    message:
      'Widget.test.example.com "a" is invalid: metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"example.com/h"}',
  });
  const one = await change({ store, write }, place('a'), ({ metadata }) => metadata.finalizers?.pop());
  t.same(one.metadata.finalizers, ['example.com/f']);
  const last = await change({ store, write }, place('a'), ({ metadata }) => delete metadata.finalizers);
  t.match(last.metadata, { resourceVersion: one.metadata.resourceVersion, deletionTimestamp: rfc3339 });
  t.notOk('finalizers' in last.metadata, 'the answer is the object as it would have been');
  t.match(await failure(store.get(place('a'))), { code: 404 });
  t.same(
    events.map(({ type, object: { metadata } }) => `${type} ${String(metadata.finalizers?.length)}`),
    ['ADDED 2', 'MODIFIED 2', 'MODIFIED 1', 'DELETED 1'],
    'no state in between that nothing holds and nobody removes',
  );
});

t.test('the last finalizer may go through the status, and in a dry run it stays', async (t) => {
  const { store, write, dryRun } = await newStore(t, widgetKind);
  await store.create(newWidget('a', { metadata: { name: 'a', finalizers: ['example.com/f'] } }), 'n', write);
  await store.delete(place('a'), write);
  const release = ({ metadata }: Widget) => (metadata.finalizers = []);
  t.ok(await change({ store, write: dryRun }, place('a'), release));
  t.match(await store.get(place('a')), { metadata: { finalizers: ['example.com/f'] } });
  await changeStatus({ store, write }, place('a'), release);
  t.match(await failure(store.get(place('a'))), { code: 404 });
});

t.test('an object that changes while its last finalizer goes is decided about anew', async (t) => {
  const inner = newMemoryStorage();
  let interfere: (() => Promise<unknown>) | undefined;
  const storage: Storage = {
    ...inner,
    async delete(key, check) {
      const interference = interfere;
      interfere = undefined;
      await interference?.();
      return inner.delete(key, check);
    },
  };
  const { store, write } = await newStore(t, widgetKind, { storage });
  await store.create(newWidget('a', { metadata: { name: 'a', finalizers: ['example.com/f'] } }), 'n', write);
  await store.delete(place('a'), write);
  interfere = () => change({ store, write }, place('a'), (draft) => (draft.spec = { size: 2 }));
  const last = await change({ store, write }, place('a'), ({ metadata }) => (metadata.finalizers = []));
  t.match(last, { spec: { size: 2 } }, 'nothing is lost');
  t.match(await failure(store.get(place('a'))), { code: 404 });
  await store.create(newWidget('b'), 'n', write);
  const finalizers = ['example.com/f'];
  interfere = () => change({ store, write }, place('b'), ({ metadata }) => (metadata.finalizers = finalizers));
  t.match(await store.delete(place('b'), write), { gone: false }, 'a finalizer that came in between is seen');
});

t.test('preconditions of a delete', async (t) => {
  const { store, write } = await newStore(t, widgetKind);
  await store.create(newWidget('b'), 'n', write);
  const remove = (preconditions: NonNullable<DeleteOptions['preconditions']>) =>
    store.delete(place('b'), { ...write, preconditions });
  const conflict = (why: string) => ({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: `Operation cannot be fulfilled on Widget.test.example.com "b": ${why}`,
    reason: 'Conflict',
    details: { name: 'b', group: 'test.example.com', kind: 'Widget' },
    code: 409,
  });
  t.strictSame(
    await failure(remove({ uid: 'x' })),
    conflict(
      'the UID in the precondition (x) does not match the UID in record (uid-1). The object might have been deleted and then recreated',
    ),
  );
  t.strictSame(
    await failure(remove({ resourceVersion: '1' })),
    conflict(
      'the ResourceVersion in the precondition (1) does not match the ResourceVersion in record (2). The object might have been modified',
    ),
  );
  t.match(await remove({ uid: 'uid-1', resourceVersion: '2' }), { gone: true });
});

t.test('a dry run changes nothing', async (t) => {
  const { store, write, dryRun, events, storage } = await newStore(t, widgetKind);
  await store.create(newWidget('a'), 'n', write);
  await store.create(newWidget('held', { metadata: { name: 'held', finalizers: ['example.com/f'] } }), 'n', write);
  const revision = await storage.revision();
  const created = await store.create(newWidget('', { metadata: { generateName: 'w-' } }), 'n', dryRun);
  t.match(created.metadata, { name: 'w-aaaaa', uid: /^uid-/, creationTimestamp: rfc3339, generation: 1 });
  t.notOk('resourceVersion' in created.metadata);
  const updated = await change({ store, write: dryRun }, place('a'), (draft) => (draft.spec = { size: 2 }));
  t.match(updated, { spec: { size: 2 }, metadata: { resourceVersion: '2', generation: 2 } });
  const status = await changeStatus({ store, write: dryRun }, place('a'), (d) => (d.status = { phase: 'x' }));
  t.match(status, { status: { phase: 'x' } });
  t.match(await store.delete(place('a'), dryRun), { gone: true, object: { metadata: { resourceVersion: '2' } } });
  const held = await store.delete(place('held'), dryRun);
  t.match(held, { gone: false, object: { metadata: { deletionTimestamp: rfc3339, generation: 2 } } });
  t.match(await failure(change({ store, write: dryRun }, place('a'), (d) => (d.spec = { size: -1 }))), { code: 422 });
  t.match(await failure(store.delete(place('none'), dryRun)), { code: 404 });
  const preconditions = { uid: 'x' };
  t.match(await failure(store.delete(place('a'), { ...dryRun, preconditions })), { code: 409 });
  t.equal(await storage.revision(), revision);
  t.equal(events.length, 2);
  t.match(await store.get(place('a')), { spec: { size: 1 } });
});

t.test('concurrent updates lose nothing', async (t) => {
  const { store, write } = await newStore(t, gadgetKind);
  await store.create(newGadget('a', { data: {} }), '', write);
  const writers = Array.from({ length: 40 }, (_, at) =>
    change({ store, write }, gadgetPlace('a'), (draft) => (draft.data = { ...draft.data, [`k${at}`]: 'v' })),
  );
  await Promise.all(writers);
  const { data, metadata } = await store.get(gadgetPlace('a'));
  t.equal(Object.keys(data ?? {}).length, 40);
  t.equal(metadata.generation, 41, 'each of them was a change');
  const locked = Array.from({ length: 10 }, (_, at) => {
    const draft = newGadget('a', { metadata: { name: 'a', ...metadata }, data: { only: String(at) } });
    return store.update({ ...gadgetPlace('a'), subresource: '', transform: replace(draft) }, write);
  });
  const outcomes = await Promise.allSettled(locked);
  t.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1, 'of those from the same state one wins');
  t.equal(outcomes.filter((each) => each.status === 'rejected' && isStatusError(each.reason)).length, 9);
  const creates = await Promise.allSettled(Array.from({ length: 10 }, () => store.create(newGadget('b'), '', write)));
  t.equal(creates.filter(({ status }) => status === 'fulfilled').length, 1, 'and so with creates');
  const deletes = await Promise.allSettled(Array.from({ length: 5 }, () => store.delete(gadgetPlace('b'), write)));
  t.equal(deletes.filter(({ status }) => status === 'fulfilled').length, 1, 'and deletes');
});

t.test('names that cannot be a key', async (t) => {
  const { store, write } = await newStore(t, widgetKind);
  const invalid = (name: string, why: string) => `Name parameter invalid: ${JSON.stringify(name)}: ${why}`;
  const table: readonly (readonly [string, string, string])[] = [
    ['', 'n', 'Name parameter required.'],
    ['a', '', 'Namespace parameter required.'],
    ['.', 'n', invalid('.', "may not be '.'")],
    ['..', 'n', invalid('..', "may not be '..'")],
    ['a/b', 'n', invalid('a/b', "may not contain '/'")],
    ['../b', 'n', invalid('../b', "may not contain '/'")],
    ['50%', 'n', invalid('50%', "may not contain '%'")],
    ['a', '..', invalid('..', "may not be '..'")],
    ['a', 'x/y', invalid('x/y', "may not contain '/'")],
  ];
  for (const [name, namespace, message] of table) {
    const expected = { code: 400, reason: 'BadRequest', message };
    t.match(await failure(store.get(place(name, namespace))), expected, `get ${namespace} ${name}`);
    t.match(await failure(store.delete(place(name, namespace), write)), expected, `delete ${namespace} ${name}`);
    const update = { ...place(name, namespace), subresource: '', transform: (old: Widget) => old } as const;
    t.match(await failure(store.update(update, write)), expected, `update ${namespace} ${name}`);
  }
  for (const odd of ['a b', '\u0000', '\u{1F600}', '\ud800', '__proto__', 'A'.repeat(5000), 'a:b', '\\']) {
    t.match(await failure(store.get(place(odd))), { code: 404 }, JSON.stringify(odd.slice(0, 20)));
    t.match(await failure(store.create(newWidget(odd), 'n', write)), { code: 422 }, 'and cannot be created');
  }
  t.ok(await store.create(newWidget('constructor'), 'n', write), 'a word like any other');
  t.equal(toStorageKey(gadgetKind, place('a', 'ignored')), 'test.example.com/gadgets/a');
  t.equal(toStoragePrefix({ group: '', plural: 'pods' }, 'n'), 'core/pods/n/');
});

t.test('a kind may have names by rules of its own', async (t) => {
  const kind: KindDefinition<Gadget> = {
    ...gadgetKind,
    strategy: { validateName: (name) => (name.startsWith('G') ? [] : ['must start with G']) },
  };
  const { store, write } = await newStore(t, kind);
  t.ok(await store.create(newGadget('G:x'), '', write));
  t.match(await failure(store.create(newGadget('x'), '', write)), {
    message: 'Gadget.test.example.com "x" is invalid: metadata.name: Invalid value: "x": must start with G',
  });
  t.match(await failure(store.create(newGadget('G/x'), '', write)), { code: 400 }, 'but never one that is no segment');
});

t.test('defaults of the schema and of the kind', async (t) => {
  const widget = newWidget('a');
  applyDefaults(widget, widgetKind);
  t.same(widget.spec, { size: 1, color: 'red' });
  const gadget = newGadget('a');
  applyDefaults(gadget, { ...gadgetKind, strategy: { applyDefaults: (draft) => (draft.data ??= { x: 'y' }) } });
  t.same(gadget.data, { x: 'y' });
});

t.test('failures of the storage', async (t) => {
  const inner = newMemoryStorage();
  let fault: Error = new StorageError('Unreachable', 'k');
  const failing = async (): Promise<never> => {
    throw fault;
  };
  const storage: Storage = { ...inner, get: failing, list: failing, create: failing, guaranteedUpdate: failing };
  const { store, write } = await newStore(t, widgetKind, { storage });
  const query = {
    namespace: '',
    selection: everything,
    limit: 0,
    continueToken: '',
    resourceVersion: '',
    resourceVersionMatch: '',
  } as const;
  const unreachable = (operation: string) => ({
    message: `The ${operation} operation against widgets.test.example.com could not be completed at this time, please try again.`,
    reason: 'ServerTimeout',
    details: { name: operation, group: 'test.example.com', kind: 'widgets', retryAfterSeconds: 2 },
    code: 500,
  });
  t.match(await failure(store.get(place('a'))), unreachable('get'));
  t.match(await failure(store.list(query)), unreachable('list'));
  t.match(await failure(store.create(newWidget('a'), 'n', write)), unreachable('create'));
  const update = { ...place('a'), subresource: '', transform: (old: Widget) => old } as const;
  t.match(await failure(store.update(update, write)), unreachable('update'));
  t.match(await failure(store.delete(place('a'), write)), unreachable('delete'));
  fault = new StorageError('WriteFailed', 'k', { detail: 'the disk is full' });
  t.match(await failure(store.create(newWidget('a'), 'n', write)), { code: 500, reason: 'InternalError' });
  fault = new StorageError('Conflict', 'k');
  t.match(await failure(store.update(update, write)), { code: 409, reason: 'Conflict' });
  fault = new TypeError('a bug');
  await t.rejects(store.get(place('a')), fault, 'a bug stays a bug');
  await t.rejects(store.create(newWidget('a'), 'n', write), fault);
});
