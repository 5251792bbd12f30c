import type { Namespace } from '../../../../apis/core/v1/namespace-schema.ts';
import { hasReason } from '../../../apimachinery/errors/status-error.ts';
import { cloneJSON } from '../../../apimachinery/runtime/json.ts';
import { toRFC3339 } from '../../../apimachinery/time/rfc3339.ts';
import { newInformer } from '../../../client/cache/informer.ts';
import { runWorkers } from '../../../client/workqueue/run-workers.ts';
import { newSlots } from '../../../client/workqueue/slots.ts';
import { newWorkqueue } from '../../../client/workqueue/workqueue.ts';
import { type Clock, systemClock } from '../../../component/id/clock.ts';
import type { Logger } from '../../../component/logs/logger.ts';
import { newListerWatcher } from '../../registry/lister-watcher.ts';
import type { Store, Update } from '../../registry/store.ts';
import { type Controller, newControllerWrite } from '../controller.ts';
import { tryGet } from '../try-get.ts';
import { type NamespaceCondition, toNamespaceConditions } from './namespace-conditions.ts';
import { finalizeStrategy, namespaceFinalizer } from './namespace-deletion.ts';
import { type ContentReport, isEmpty, joinReports, type NamespacedContent } from './namespaced-content.ts';

/** What a namespace controller works on. */
export interface NamespaceControllerOptions {
  /** Installed with `namespaceInstallation`. */
  readonly namespaces: Store<Namespace>;
  readonly contents: readonly NamespacedContent[];
  readonly logger: Logger;
  /** Default: the system clock. */
  readonly clock?: Clock;
  /** Evenly distributed in [0, 1), for jitter. Default: `Math.random`. */
  readonly random?: () => number;
}

const controllerName = 'namespace-controller';

/** Each content has a limit of its own: none that has to wait for another server may hold up the others. */
const concurrency = Infinity;

/** Time until a namespace with content that is on its way out is looked at again, as upstream has it. */
const recheckMs = 8_000;

/** Time until somebody is asked again who could not be asked. */
const undiscoveredMs = 5_000;

/** Time in which what goes from a namespace is gathered, before that is looked at again. */
const gatherMs = 100;

const write = newControllerWrite(controllerName);

/**
 * Empties namespaces that are being deleted, and then lets them go. Source: kubernetes `pkg/controller/namespace`. What is left of its
 * work when it ends, it takes up again when it next begins.
 */
export function newNamespaceController(options: NamespaceControllerOptions): Controller {
  const { namespaces, contents, clock = systemClock, random = Math.random } = options;
  const logger = options.logger.child({ controller: controllerName });
  const queue = newWorkqueue({ name: controllerName, clock });
  const limited = contents.map(withLimit);
  const listerWatcher = newListerWatcher(namespaces);
  const informer = newInformer({ name: 'namespaces', listerWatcher, logger, clock, random });
  const enqueue = ({ metadata: { name = '', deletionTimestamp } }: Namespace): void => {
    if (deletionTimestamp !== undefined) queue.add(name);
  };
  informer.addEventHandler({
    add: enqueue,
    // Later changes are our own, or do not concern the content.
    update(previous, current) {
      if (previous.metadata.deletionTimestamp === undefined) enqueue(current);
    },
  });
  const onRemoved = (name: string): void => {
    if (informer.lister.get(name)?.metadata.deletionTimestamp !== undefined) queue.addAfter(name, gatherMs);
  };

  const sync = async (name: string, signal: AbortSignal): Promise<void> => {
    const namespace = await tryGet(namespaces, { namespace: '', name });
    if (namespace?.metadata.deletionTimestamp === undefined) return;
    await Promise.all(contents.map(async (content) => content.prepare?.(name, signal)));
    const reports = await Promise.all(limited.map((content) => deleteContent(content, name, signal)));
    if (signal.aborted) return;
    const report = joinReports(reports);
    await tell(namespace, report);
    if (isEmpty(report)) return release(namespace);
    if (report.recheckAfterMs !== undefined) queue.addAfter(name, report.recheckAfterMs);
    const { undiscovered, failures } = report;
    if (failures.length > 0) {
      throw new Error(`content of the namespace cannot be deleted: ${[...failures, ...undiscovered].join('; ')}`);
    }
    // Whoever cannot be asked is no news each time: the conditions say it, and it is noticed when it comes back.
    if (undiscovered.length > 0)
      logger.debug(2, 'content of a namespace is not known', { namespace: name, undiscovered });
    queue.addAfter(name, undiscovered.length > 0 ? undiscoveredMs : recheckMs);
  };

  /** Says in the conditions what remains; that all is well, only where something else was said before. */
  const tell = async (namespace: Namespace, report: ContentReport): Promise<void> => {
    const isNews = !isEmpty(report) || conditionsOf(namespace).length > 0;
    // Any write would end a namespace that nothing holds.
    if (!isNews || !isHeld(namespace)) return;
    await change(namespaces, namespace, {
      subresource: 'status',
      mutate(draft) {
        const conditions = [...toNamespaceConditions(report, conditionsOf(draft), toRFC3339(clock.now()))];
        const status = { ...draft.status, phase: 'Terminating', conditions };
        draft.status = status;
      },
    });
  };

  const release = async (namespace: Namespace): Promise<void> => {
    const { name = '', uid = '' } = namespace.metadata;
    if (isHeld(namespace)) {
      await change(namespaces, namespace, {
        subresource: 'finalize',
        strategy: finalizeStrategy,
        mutate({ spec }) {
          if (spec?.finalizers !== undefined)
            spec.finalizers = spec.finalizers.filter((each) => each !== namespaceFinalizer);
        },
      });
    } else {
      await ignoreGone(namespaces.delete({ namespace: '', name }, { ...write, preconditions: { uid } }));
    }
    logger.debug(2, 'Emptied a namespace', { namespace: name });
  };

  return {
    name: controllerName,
    queues: [queue],
    hasSynced: () => informer.hasSynced(),
    async run(signal) {
      await Promise.all([
        informer.run(signal),
        ...contents.map((content) => content.follow?.(onRemoved, signal)),
        runWorkers(queue, sync, { concurrency, signal, logger }),
      ]);
    },
  };
}

/** Asks about no more namespaces at a time than the content allows. */
function withLimit(content: NamespacedContent): Pick<NamespacedContent, 'name' | 'deleteAll'> {
  const slots = newSlots(content.concurrency ?? Infinity);
  return {
    name: content.name,
    async deleteAll(namespace, signal) {
      await slots.take();
      try {
        return await content.deleteAll(namespace, signal);
      } finally {
        slots.free();
      }
    },
  };
}

async function deleteContent(
  content: Pick<NamespacedContent, 'name' | 'deleteAll'>,
  name: string,
  signal: AbortSignal,
): Promise<ContentReport> {
  try {
    return await content.deleteAll(name, signal);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { remaining: [], failures: [`${content.name}: ${why}`], undiscovered: [] };
  }
}

function conditionsOf({ status }: Namespace): readonly NamespaceCondition[] {
  return status?.conditions ?? [];
}

function isHeld({ metadata, spec }: Namespace): boolean {
  return (spec?.finalizers ?? []).length > 0 || (metadata.finalizers ?? []).length > 0;
}

type Change = Pick<Update<Namespace>, 'subresource' | 'strategy'> & { readonly mutate: (draft: Namespace) => void };

/** Changes the very namespace that was read; one of the same name that came since is left alone. */
async function change(store: Store<Namespace>, { metadata }: Namespace, { mutate, ...rest }: Change): Promise<void> {
  const transform = (old: Namespace): Namespace => {
    if (old.metadata.uid !== metadata.uid) return old;
    const draft = cloneJSON(old);
    mutate(draft);
    return draft;
  };
  await ignoreGone(store.update({ namespace: '', name: metadata.name ?? '', transform, ...rest }, write));
}

async function ignoreGone(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!hasReason(error, 'NotFound') && !hasReason(error, 'Conflict')) throw error;
  }
}
