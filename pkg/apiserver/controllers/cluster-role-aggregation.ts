import { isDeepStrictEqual } from 'node:util';
import type { ClusterRole } from '../../../apis/rbac.authorization.k8s.io/v1/cluster-role-schema.ts';
import type { PolicyRule } from '../../../apis/rbac.authorization.k8s.io/v1/policy-rule-schema.ts';
import { hasReason } from '../../apimachinery/errors/status-error.ts';
import { compareUTF8 } from '../../apimachinery/runtime/compare.ts';
import { cloneJSON } from '../../apimachinery/runtime/json.ts';
import { tryToLabelSelector } from '../../apimachinery/validation/label-selector.ts';
import type { Informer } from '../../client/cache/informer.ts';
import { runWorkers } from '../../client/workqueue/run-workers.ts';
import { newWorkqueue } from '../../client/workqueue/workqueue.ts';
import { type Clock, systemClock } from '../../component/id/clock.ts';
import type { Logger } from '../../component/logs/logger.ts';
import type { Store } from '../registry/store.ts';
import { type Controller, newControllerWrite } from './controller.ts';

/** What the aggregation of cluster roles works on. */
export interface ClusterRoleAggregationOptions {
  readonly clusterRoles: Store<ClusterRole>;
  /** Follows them; run by whoever made it. */
  readonly informer: Informer<ClusterRole>;
  readonly logger: Logger;
  /** Default: the system clock. */
  readonly clock?: Clock;
}

const name = 'clusterrole-aggregation-controller';

const write = newControllerWrite(name);

/**
 * Fills cluster roles that have an `aggregationRule` with the rules of those that it selects. Source: kubernetes
 * `pkg/controller/clusterroleaggregation`.
 */
export function newClusterRoleAggregation(options: ClusterRoleAggregationOptions): Controller {
  const { clusterRoles, informer, clock = systemClock } = options;
  const logger = options.logger.child({ controller: name });
  const queue = newWorkqueue({ name, clock });
  const { lister } = informer;
  // Who gathers from whom is not known beforehand, and those who gather are few.
  const enqueue = (): void => {
    for (const { aggregationRule, metadata } of lister.list()) {
      if (aggregationRule !== undefined) queue.add(metadata.name ?? '');
    }
  };

  const sync = async (roleName: string): Promise<void> => {
    const role = lister.get(roleName);
    if (role?.aggregationRule === undefined) return;
    if (isDeepStrictEqual(gatherRules(role, lister.list()), role.rules ?? [])) return;
    // Decided anew on what is stored, which may be later.
    const transform = (current: ClusterRole): ClusterRole => {
      const rules = gatherRules(current, lister.list());
      if (isDeepStrictEqual(rules, current.rules ?? [])) return current;
      const { aggregationRule, ...rest } = cloneJSON(current);
      // In the order of the wire.
      return { ...rest, rules, ...(aggregationRule === undefined ? {} : { aggregationRule }) };
    };
    try {
      await clusterRoles.update({ namespace: '', name: roleName, subresource: '', transform }, write);
    } catch (error) {
      if (!hasReason(error, 'NotFound')) throw error;
    }
  };

  return {
    name,
    queues: [queue],
    hasSynced: () => informer.hasSynced(),
    async run(signal) {
      const unsubscribe = informer.addEventHandler({ add: enqueue, update: enqueue, delete: enqueue });
      await runWorkers(queue, sync, { concurrency: 5, signal, logger });
      unsubscribe();
    },
  };
}

/** The rules of all roles that one selects, each once; of one that selects nothing any more, its own. */
function gatherRules(role: ClusterRole, all: readonly ClusterRole[]): PolicyRule[] {
  if (role.aggregationRule === undefined) return role.rules ?? [];
  const { clusterRoleSelectors: selectors = [] } = role.aggregationRule;
  const others = all
    .filter(({ metadata }) => metadata.name !== role.metadata.name)
    .toSorted((a, b) => compareUTF8(a.metadata.name ?? '', b.metadata.name ?? ''));
  const gathered = new Map<string, PolicyRule>();
  for (const selector of selectors.map((each) => tryToLabelSelector(each))) {
    for (const { metadata, rules = [] } of others) {
      if (selector?.matches(metadata.labels) !== true) continue;
      for (const rule of rules) gathered.set(JSON.stringify(rule), rule);
    }
  }
  return [...gathered.values()];
}
