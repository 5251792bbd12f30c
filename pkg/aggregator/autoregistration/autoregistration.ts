import type { APIService } from '../../../apis/apiregistration/v1/api-service-schema.ts';
import { hasReason } from '../../apimachinery/errors/status-error.ts';
import { cloneJSON, equalJSON } from '../../apimachinery/runtime/json.ts';
import { type Controller, newControllerWrite } from '../../apiserver/controllers/controller.ts';
import type { Store } from '../../apiserver/registry/store.ts';
import type { Informer } from '../../client/cache/informer.ts';
import { untilAborted } from '../../client/cache/until-aborted.ts';
import { runWorkers } from '../../client/workqueue/run-workers.ts';
import { newWorkqueue } from '../../client/workqueue/workqueue.ts';
import type { Clock } from '../../component/id/clock.ts';
import type { Logger } from '../../component/logs/logger.ts';
import { ownGroup } from '../service-reference.ts';
import { automanagedMode, type LocalGroupVersion, newLocalAPIService, toAPIServiceName } from './local-api-service.ts';

/** What the controller needs. */
export interface AutoregistrationOptions {
  /** Every group/version that the server serves by itself. */
  readonly local: readonly LocalGroupVersion[];
  /** Run by the caller. */
  readonly apiServices: Informer<APIService>;
  readonly store: Pick<Store<APIService>, 'create' | 'update' | 'delete'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Keeps an APIService for every group/version that the server serves by itself. */
export interface Autoregistration extends Controller {
  /** Resolves when each of them was looked after once, however that went; rejects with the signal's reason. */
  waitForSync(signal: AbortSignal): Promise<void>;
  /** Names of those that could not be registered so far, in order. */
  missing(): readonly string[];
}

/**
 * What somebody deletes or edits is left so for a moment: whoever puts an APIService of their own in its place (`kubectl replace
 * --force`) must not find ours back in between, and two servers that disagree must not write as fast as they can.
 */
const restoreAfterMs = 1000;

/** Storages write together what comes together. */
const concurrency = 32;

const write = newControllerWrite('autoregistration');

/**
 * Makes the controller (upstream: `autoregister`). As there, an APIService without the label is somebody else's and is left alone, and
 * one that another server has registered since is its own affair. Unlike there, what is ours is restored while the server runs, too:
 * it would otherwise say until the next start what is not so. The group of registration has none, as in every cluster.
 */
export function newAutoregistration(options: AutoregistrationOptions): Autoregistration {
  const { local, apiServices, store, clock, logger } = options;
  const groupVersions = local.filter(({ group }) => group !== ownGroup);
  const desired = new Map(groupVersions.map((each) => [toAPIServiceName(each), newLocalAPIService(each)]));
  const queue = newWorkqueue({ name: 'autoregister', clock });
  const missing = new Set(desired.keys());
  const untried = new Set(desired.keys());
  /** Stored by a server that ran before, with group/versions that this one may not have. */
  const inherited = new Set<string>();
  let markSynced: () => void = () => undefined;
  const synced = new Promise<void>((resolve) => (markSynced = resolve));
  if (untried.size === 0) markSynced();

  const reconcile = async (name: string): Promise<void> => {
    const current = apiServices.lister.get(name);
    const wanted = desired.get(name);
    const mode = current === undefined ? undefined : automanagedMode(current);
    if (current === undefined) {
      if (wanted !== undefined) await store.create(cloneJSON(wanted), '', write);
    } else if (mode !== undefined && wanted !== undefined) {
      if (!equalJSON(current.spec, wanted.spec)) await restore(name, wanted);
    } else if (mode === 'true' || (mode === 'onstart' && inherited.has(name))) {
      const { uid = '' } = current.metadata;
      await store.delete({ namespace: '', name }, { ...write, preconditions: { uid } });
    }
  };
  const restore = async (name: string, wanted: APIService): Promise<void> => {
    const { spec } = cloneJSON(wanted);
    const transform = (old: APIService): APIService =>
      automanagedMode(old) === undefined || spec === undefined ? old : { ...cloneJSON(old), spec };
    await store.update({ namespace: '', name, subresource: '', transform }, write);
  };
  const sync = async (name: string): Promise<void> => {
    try {
      await reconcile(name);
      missing.delete(name);
    } catch (error) {
      // Somebody was faster, and the informer is about to say so.
      if (!overtaken.some((reason) => hasReason(error, reason))) throw error;
      missing.delete(name);
    } finally {
      untried.delete(name);
      if (untried.size === 0) markSynced();
    }
  };
  return {
    name: 'autoregister',
    queues: [queue],
    hasSynced: () => missing.size === 0,
    waitForSync: (signal) => untilAborted(synced, signal),
    missing: () => [...missing].toSorted(),
    async run(signal) {
      const isSynced = await apiServices.waitForSync(signal).then(
        () => true,
        () => false,
      );
      if (!isSynced) return;
      const restoreLater = ({ metadata }: APIService): void => queue.addAfter(metadata.name ?? '', restoreAfterMs);
      const unfollow = apiServices.addEventHandler({
        add({ metadata: { name = '' } }, initial) {
          if (initial) inherited.add(name);
          queue.add(name);
        },
        update: (_, current) => restoreLater(current),
        delete(object) {
          inherited.delete(object.metadata.name ?? '');
          restoreLater(object);
        },
      });
      for (const name of desired.keys()) queue.add(name);
      await runWorkers(queue, sync, { concurrency, signal, logger });
      unfollow();
    },
  };
}

const overtaken = ['AlreadyExists', 'NotFound', 'Conflict'] as const;
