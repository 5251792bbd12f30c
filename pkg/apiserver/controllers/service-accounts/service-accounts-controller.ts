import type { Namespace } from '../../../../apis/core/v1/namespace-schema.ts';
import type { ServiceAccount } from '../../../../apis/core/v1/service-account-schema.ts';
import { hasReason } from '../../../apimachinery/errors/status-error.ts';
import { newInformer } from '../../../client/cache/informer.ts';
import { runWorkers } from '../../../client/workqueue/run-workers.ts';
import { newWorkqueue } from '../../../client/workqueue/workqueue.ts';
import { type Clock, systemClock } from '../../../component/id/clock.ts';
import type { Logger } from '../../../component/logs/logger.ts';
import { newListerWatcher } from '../../registry/lister-watcher.ts';
import type { Store } from '../../registry/store.ts';
import { type Controller, newControllerWrite } from '../controller.ts';
import { tryGet } from '../try-get.ts';

/** What a service accounts controller works on. */
export interface ServiceAccountsControllerOptions {
  readonly namespaces: Store<Namespace>;
  readonly serviceAccounts: Store<ServiceAccount>;
  readonly logger: Logger;
  /** Default: the system clock. */
  readonly clock?: Clock;
}

const controllerName = 'service-account-controller';

/** The identity of those that are not given another one. */
const accountName = 'default';

const write = newControllerWrite(controllerName);

/** Sees to it that there is a ServiceAccount `default` in every namespace. Source: kubernetes `pkg/controller/serviceaccount`. */
export function newServiceAccountsController(options: ServiceAccountsControllerOptions): Controller {
  const { namespaces, serviceAccounts, clock = systemClock } = options;
  const logger = options.logger.child({ controller: controllerName });
  const queue = newWorkqueue({ name: controllerName, clock });
  const common = { logger, clock };
  const namespaceInformer = newInformer({
    ...common,
    name: 'namespaces',
    listerWatcher: newListerWatcher(namespaces),
  });
  const accountInformer = newInformer({
    ...common,
    name: 'serviceaccounts',
    listerWatcher: newListerWatcher(serviceAccounts),
  });
  namespaceInformer.addEventHandler({ add: ({ metadata }) => queue.add(metadata.name ?? '') });
  accountInformer.addEventHandler({
    delete({ metadata }) {
      if (metadata.name === accountName) queue.add(metadata.namespace ?? '');
    },
  });

  const isActive = async (name: string): Promise<boolean> => {
    const namespace = await tryGet(namespaces, { namespace: '', name });
    return namespace !== undefined && namespace.metadata.deletionTimestamp === undefined;
  };
  const sync = async (namespace: string): Promise<void> => {
    if (!(await isActive(namespace))) return;
    if ((await tryGet(serviceAccounts, { namespace, name: accountName })) !== undefined) return;
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: accountName, namespace } };
    try {
      await serviceAccounts.create(account, namespace, write);
    } catch (error) {
      // Somebody was faster, or the namespace goes.
      if (!hasReason(error, 'AlreadyExists') && (await isActive(namespace))) throw error;
    }
  };

  return {
    name: controllerName,
    queues: [queue],
    hasSynced: () => namespaceInformer.hasSynced() && accountInformer.hasSynced(),
    async run(signal) {
      await Promise.all([
        namespaceInformer.run(signal),
        accountInformer.run(signal),
        runWorkers(queue, sync, { signal, logger }),
      ]);
    },
  };
}
