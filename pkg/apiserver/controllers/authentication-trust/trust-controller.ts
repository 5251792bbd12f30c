import type { ConfigMap } from '../../../../apis/core/v1/config-map-schema.ts';
import { hasReason } from '../../../apimachinery/errors/status-error.ts';
import { cloneJSON, equalJSON } from '../../../apimachinery/runtime/json.ts';
import { newInformer } from '../../../client/cache/informer.ts';
import { runWorkers } from '../../../client/workqueue/run-workers.ts';
import { newWorkqueue } from '../../../client/workqueue/workqueue.ts';
import { type Clock, systemClock } from '../../../component/id/clock.ts';
import type { Logger } from '../../../component/logs/logger.ts';
import { newListerWatcher } from '../../registry/lister-watcher.ts';
import type { Store } from '../../registry/store.ts';
import { type Controller, newControllerWrite } from '../controller.ts';
import { tryGet } from '../try-get.ts';
import { type AuthenticationTrust, mergeTrust, type TrustData } from './trust-data.ts';

/** What the controller works on. */
export interface TrustControllerOptions {
  readonly configMaps: Store<ConfigMap>;
  /** What is true now. */
  readonly trust: () => AuthenticationTrust;
  /** Calls back when that changes. */
  readonly onTrustChange: (listener: () => void) => void;
  readonly logger: Logger;
  /** Default: the system clock. */
  readonly clock?: Clock;
  /** Evenly distributed in [0, 1), for jitter. Default: `Math.random`. */
  readonly random?: () => number;
}

/** A controller whose first work can be waited for. */
export interface TrustController extends Controller {
  /** Writes the ConfigMap if it is not what it should be. */
  ensure(): Promise<void>;
}

const controllerName = 'cluster-authentication-trust';
const place = { namespace: 'kube-system', name: 'extension-apiserver-authentication' };
const key = `${place.namespace}/${place.name}`;

/** CAs expire without anybody's doing. */
const recheckMs = 60_000;

const write = newControllerWrite(controllerName);

/**
 * Keeps the ConfigMap `kube-system/extension-apiserver-authentication` in step with the CAs of this server: by it, servers behind this one know
 * whose identity headers and client certificates to believe. Source: kubernetes `pkg/controlplane/controller/clusterauthenticationtrust`.
 */
export function newTrustController(options: TrustControllerOptions): TrustController {
  const { configMaps, trust, onTrustChange, clock = systemClock, random = Math.random } = options;
  const logger = options.logger.child({ controller: controllerName });
  const queue = newWorkqueue({ name: controllerName, clock });
  const listerWatcher = newListerWatcher(configMaps, place.namespace);
  const informer = newInformer({ name: `configmaps in ${place.namespace}`, listerWatcher, logger, clock, random });
  const enqueue = ({ metadata }: ConfigMap): void => {
    if (metadata.name === place.name) queue.add(key);
  };
  informer.addEventHandler({ add: enqueue, update: (_, current) => enqueue(current), delete: enqueue });
  onTrustChange(() => queue.add(key));

  const merge = (existing: TrustData): TrustData => {
    const { data, unreadable } = mergeTrust(existing, trust(), clock.now());
    if (unreadable.length > 0)
      logger.warn('members that cannot be read are written anew', { configMap: key, unreadable });
    return data;
  };

  const ensure = async (): Promise<void> => {
    const found = await tryGet(configMaps, place);
    if (found === undefined) {
      await create(configMaps, merge({}));
      return;
    }
    if (equalJSON(found.data ?? {}, merge(found.data ?? {}))) return;
    logger.debug(2, 'writing whom to believe', { configMap: key });
    try {
      const transform = (old: ConfigMap): ConfigMap => ({ ...cloneJSON(old), data: { ...merge(old.data ?? {}) } });
      await configMaps.update({ ...place, subresource: '', transform }, write);
    } catch (error) {
      if (!hasReason(error, 'Invalid')) throw error;
      // Grown too large, or made immutable: only a new one can be right again.
      logger.warn('the ConfigMap cannot be corrected and is made anew', { configMap: key, err: error });
      await configMaps.delete(place, { ...write, preconditions: {} });
      await create(configMaps, merge({}));
    }
  };

  const sync = async (): Promise<void> => {
    await ensure();
    queue.addAfter(key, recheckMs);
  };

  return {
    ensure,
    name: controllerName,
    queues: [queue],
    hasSynced: () => informer.hasSynced(),
    async run(signal) {
      queue.add(key);
      await Promise.all([informer.run(signal), runWorkers(queue, sync, { signal, logger })]);
    },
  };
}

async function create(configMaps: Store<ConfigMap>, data: TrustData): Promise<void> {
  const draft: ConfigMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { ...place }, data: { ...data } };
  try {
    await configMaps.create(draft, place.namespace, write);
  } catch (error) {
    // Another server of the same kind was first: the informer tells of it.
    if (!hasReason(error, 'AlreadyExists')) throw error;
  }
}
