import { setImmediate } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { isStatusError } from '../../pkg/apimachinery/errors/status-error.ts';
import { parseFieldSelector } from '../../pkg/apimachinery/fields/parse.ts';
import { parseLabelSelector } from '../../pkg/apimachinery/labels/parse.ts';
import type { KindDefinition } from '../../pkg/apimachinery/schema/kind-definition.ts';
import { newStructuralValidator } from '../../pkg/apimachinery/validation/structural.ts';
import { everything, newSelection, type Selection } from '../../pkg/apiserver/registry/selection.ts';
import { Store } from '../../pkg/apiserver/registry/store.ts';
import { anonymousUser } from '../../pkg/apiserver/user-info.ts';
import type { Storage } from '../../pkg/storage/interface.ts';
import { newWidget, type Widget, widgetKind } from '../../pkg/testing/test-kinds.ts';
import type { ChaosRun, Random } from './random.ts';

/** What writers of a registry share. */
export interface RegistryStage extends ChaosRun {
  /** The store as it is now: it is another one after a restart. */
  store(): Store<Widget>;
  readonly violations: string[];
  over(): boolean;
}

/** A store of widgets, as the server makes it. */
export function newWidgetStore(storage: Storage, random: Random): Store<Widget> {
  return new Store<Widget>({
    kind: widgetKind,
    storage,
    validator: newStructuralValidator(),
    admission: [],
    now: Date.now,
    newUID: () => `uid-${random.int(1e9)}`,
    // Few, so that generated names collide.
    newNameSuffix: () => random.pick(['1', '2', '3', '4', '5', '6']),
  });
}

const namespaces = ['n', 'm'];
const names = ['a', 'b', 'c', 'd'];
const colors = ['red', 'green', 'blue'] as const;

/** Writes until it is over; refusals are part of it. */
export async function writeWidgets(stage: RegistryStage): Promise<number> {
  let written = 0;
  while (!stage.over()) {
    try {
      await writeOnce(stage);
      written++;
    } catch (error) {
      if (!isStatusError(error) || (error.code >= 500 && error.status.reason === 'InternalError')) {
        stage.violations.push(`a write failed: ${error instanceof Error ? error.stack : String(error)}`);
        return written;
      }
      // The storage is being opened again.
      if (error.code >= 500) await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await setImmediate();
  }
  return written;
}

async function writeOnce(stage: RegistryStage): Promise<void> {
  const { random, violations } = stage;
  const place = { namespace: random.pick(namespaces), name: random.pick(names) };
  const color = random.pick(colors);
  const dryRun = random.chance(0.15);
  const widgets = dryRun ? newWidgetStore(withoutWrites(stage.store().storage, violations), random) : stage.store();
  const write = { user: anonymousUser, manager: random.pick(['x', 'y']), dryRun, warn: () => undefined };
  const labels = { tier: random.pick(['front', 'back']), step: String(random.int(1e6)) };
  switch (random.int(7)) {
    case 0:
      await widgets.create(
        newWidget(place.name, { metadata: { labels }, spec: { size: 1, color } }),
        place.namespace,
        write,
      );
      return;
    case 1: {
      const { name: _, ...metadata } = newWidget('').metadata;
      await widgets.create(
        newWidget('', { metadata: { ...metadata, generateName: 'g-', labels } }),
        place.namespace,
        write,
      );
      return;
    }
    case 2: {
      const { object, gone } = await widgets.delete(place, write);
      if (!gone && object.metadata.deletionTimestamp === undefined) violations.push('neither gone nor going');
      return;
    }
    case 3:
      await widgets.delete({ namespace: place.namespace, name: `g-${random.int(6) + 1}` }, write);
      return;
    case 4: {
      const manager = random.pick(['one', 'two']);
      const config = {
        apiVersion: 'test.example.com/v1',
        kind: 'Widget',
        metadata: { ...place, labels: { [`by-${manager}`]: labels.step } },
        spec: { size: 1, settings: { [manager]: labels.step } },
      };
      const { object } = await widgets.apply(
        {
          ...place,
          subresource: '',
          config,
          force: random.chance(0.5),
          decode: (merged) => merged,
        },
        { ...write, manager },
      );
      if (object.spec?.settings?.[manager] !== labels.step) violations.push(`an apply of ${manager} came to nothing`);
      return;
    }
    case 5: {
      const finalizers = random.chance(0.4) ? ['example.com/hold'] : [];
      await widgets.update(
        {
          ...place,
          subresource: '',
          transform: (old) => change(old, (draft) => void (draft.metadata.finalizers = finalizers)),
        },
        write,
      );
      return;
    }
    default: {
      const transform = async (old: Widget): Promise<Widget> => {
        if (random.chance(0.3)) await setImmediate();
        return change(old, (draft) => {
          draft.metadata.labels = { ...draft.metadata.labels, ...labels };
          draft.spec = { size: 1, ...draft.spec, color };
        });
      };
      await widgets.update({ ...place, subresource: '', transform }, write);
    }
  }
}

/** A storage that a dry run may read. */
function withoutWrites(storage: Storage, violations: string[]): Storage {
  const refuse = async (): Promise<never> => {
    violations.push('a dry run wrote');
    throw new Error('a dry run wrote');
  };
  return { ...storage, create: refuse, guaranteedUpdate: refuse, delete: refuse };
}

function change(old: Widget, mutate: (draft: Widget) => void): Widget {
  const draft = structuredClone(old);
  mutate(draft);
  return draft;
}

/** What a client of a watch with a selector holds. */
export interface Follower {
  /** Compares with a list by the same selector. */
  check(): Promise<void>;
}

const selectors = [
  { label: '', field: '' },
  { label: 'tier=front', field: '' },
  { label: 'tier!=front', field: '' },
  { label: 'by-one', field: '' },
  { label: '', field: 'spec.color=red' },
  { label: 'tier in (front,back)', field: 'spec.color!=red' },
  { label: '', field: 'metadata.name=a' },
];

/** Follows by a list that is streamed, or by a list and a watch; says when an event does not fit what is held. */
export async function followWidgets(stage: RegistryStage): Promise<Follower> {
  const { random, violations } = stage;
  const store = stage.store();
  const { label, field } = random.pick(selectors);
  const kind = widgetKind as unknown as KindDefinition;
  const selection = newSelection(
    { labelSelector: parseLabelSelector(label), fieldSelector: parseFieldSelector(field) },
    { kind, name: '' },
  );
  const namespace = random.pick(['', ...namespaces]);
  const what = `a watch of ${label}${field} in ${namespace || 'all'}`;
  const held = new Map<string, Widget>();
  const streamed = random.chance(0.5);
  let resourceVersion = '';
  let reached = 0;
  let bookmarks = 0;
  if (!streamed) {
    const page = await store.list(toQuery(namespace, selection));
    for (const item of page.items) held.set(keyOf(item), item);
    ({ resourceVersion } = page);
    reached = Number(resourceVersion);
  }
  const sink = {
    event(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: Widget): void {
      const key = keyOf(object);
      const revision = Number(object.metadata.resourceVersion);
      if ((type === 'ADDED') === held.has(key))
        violations.push(`${what}: ${type} ${key}, which is ${held.has(key) ? '' : 'not '}held`);
      if (bookmarks > 0 || !streamed) {
        if (revision <= reached) violations.push(`${what}: ${revision} follows ${reached}`);
        reached = revision;
      }
      if (!selection.matches(object)) violations.push(`${what}: ${type} ${key} does not match`);
      if (type === 'DELETED') held.delete(key);
      else held.set(key, object);
    },
    initialEventsEnd(end: string): void {
      bookmarks++;
      for (const { metadata } of held.values())
        if (Number(metadata.resourceVersion) > Number(end)) violations.push(`${what}: the bookmark is too old`);
      reached = Number(end);
    },
    end: (error: Error): void => void violations.push(`${what} ended: ${error.message}`),
  };
  const aborter = new AbortController();
  await store.watch(
    { namespace, selection, resourceVersion, ...(streamed && { sendInitialEvents: true }), signal: aborter.signal },
    sink,
  );
  return {
    async check() {
      const { items } = await store.list(toQuery(namespace, selection));
      aborter.abort();
      const expected = new Map(items.map((item) => [keyOf(item), item]));
      if (!isDeepStrictEqual(held, expected)) violations.push(`${what} led to something else than a list`);
      if (bookmarks !== (streamed ? 1 : 0)) violations.push(`${what}: ${bookmarks} bookmarks`);
    },
  };
}

/** A list of all that match. */
export function toQuery(namespace: string, selection: Selection = everything): Parameters<Store<Widget>['list']>[0] {
  return { namespace, selection, limit: 0, continueToken: '', resourceVersion: '', resourceVersionMatch: '' };
}

/** Name within all namespaces. */
export function keyOf({ metadata }: Widget): string {
  return `${metadata.namespace}/${metadata.name}`;
}

/** Lets writers and followers loose on one store; says which promises it broke. */
export async function runRegistryChaos(
  run: ChaosRun,
  open: () => Promise<Storage>,
): Promise<{ written: number; followed: number; violations: string[] }> {
  const deadline = performance.now() + run.budgetMs;
  const violations: string[] = [];
  const total = { written: 0, followed: 0 };
  while (performance.now() < deadline && violations.length === 0) {
    const storage = await open();
    const store = newWidgetStore(storage, run.random);
    const until = performance.now() + 300;
    const stage: RegistryStage = { ...run, store: () => store, violations, over: () => performance.now() > until };
    const writers = Array.from({ length: 6 }, () => writeWidgets(stage));
    const followers: Follower[] = [];
    while (!stage.over()) {
      followers.push(await followWidgets(stage));
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    for (const written of await Promise.all(writers)) total.written += written;
    for (const follower of followers) await follower.check();
    total.followed += followers.length;
    await judgeLeftovers(store, violations);
    await storage.close();
  }
  return { ...total, violations };
}

/** Nobody waits for finalizers that it has not. */
async function judgeLeftovers(store: Store<Widget>, violations: string[]): Promise<void> {
  for (const item of (await store.list(toQuery(''))).items) {
    const { deletionTimestamp, finalizers = [] } = item.metadata;
    if (deletionTimestamp !== undefined && finalizers.length === 0) violations.push(`${keyOf(item)} should be gone`);
  }
}
