import { isDeepStrictEqual } from 'node:util';
import { newListerWatcher } from '../../pkg/apiserver/registry/lister-watcher.ts';
import type { Store } from '../../pkg/apiserver/registry/store.ts';
import { newInformer } from '../../pkg/client/cache/informer.ts';
import type { ListerWatcher } from '../../pkg/client/cache/lister-watcher.ts';
import { type Clock, systemClock } from '../../pkg/component/id/clock.ts';
import type { Storage } from '../../pkg/storage/interface.ts';
import { newRecordingLogger } from '../../pkg/testing/recording-logger.ts';
import type { Widget } from '../../pkg/testing/test-kinds.ts';
import type { ChaosRun } from './random.ts';
import { keyOf, newWidgetStore, type RegistryStage, toQuery, writeWidgets } from './registry-chaos.ts';

/** Waits a hundredth of what it is told to: pauses after failures would take longer than the run. */
const hastyClock: Clock = {
  ...systemClock,
  setTimeout: (callback, delayMs) => systemClock.setTimeout(callback, delayMs / 100),
};

/** Restarts a storage beneath an informer while many write, and compares what the informer holds in the end. */
export async function runInformerChaos(
  run: ChaosRun,
  open: () => Promise<Storage>,
): Promise<{ restarts: number; events: number; violations: string[] }> {
  const { random } = run;
  const violations: string[] = [];
  let storage = await open();
  let store: Store<Widget> = newWidgetStore(storage, random);
  const until = performance.now() + run.budgetMs;
  const stage: RegistryStage = { ...run, store: () => store, violations, over: () => performance.now() > until };
  const listerWatcher: ListerWatcher<Widget> = {
    list: (signal) => newListerWatcher(store).list(signal),
    watch: (resourceVersion, sink, signal) => newListerWatcher(store).watch(resourceVersion, sink, signal),
  };
  const aborter = new AbortController();
  const informer = newInformer({
    name: 'widgets',
    listerWatcher,
    logger: newRecordingLogger(),
    clock: hastyClock,
    random: () => 0,
  });
  const told = new Map<string, Widget>();
  let events = 0;
  const put = (object: Widget): void => {
    events++;
    told.set(keyOf(object), object);
  };
  informer.addEventHandler({
    add: put,
    update: (_, object) => put(object),
    delete: (object) => void told.delete(keyOf(object)),
  });
  const running = informer.run(aborter.signal);
  await informer.waitForSync(aborter.signal);
  const writers = Array.from({ length: 4 }, () => writeWidgets(stage));
  let restarts = 0;
  while (!stage.over()) {
    await new Promise((resolve) => setTimeout(resolve, 50 + random.int(400)));
    await storage.close();
    storage = await open();
    store = newWidgetStore(storage, random);
    restarts++;
  }
  await Promise.all(writers);
  const expected = new Map((await store.list(toQuery(''))).items.map((item) => [keyOf(item), item]));
  const holds = (held: ReadonlyMap<string, Widget>): boolean => isDeepStrictEqual(held, expected);
  const cached = (): Map<string, Widget> => new Map(informer.lister.list().map((item) => [keyOf(item), item]));
  const deadline = performance.now() + 5_000;
  while (!(holds(cached()) && holds(told)) && performance.now() < deadline)
    await new Promise((resolve) => setTimeout(resolve, 20));
  if (!holds(cached())) violations.push('the informer holds something else than the store');
  if (!holds(told)) violations.push('handlers were told of something else than there is');
  aborter.abort();
  await running;
  await storage.close();
  return { restarts, events, violations };
}
