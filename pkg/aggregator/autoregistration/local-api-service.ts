import type { APIService } from '../../../apis/apiregistration/v1/api-service-schema.ts';
import type { GroupVersion } from '../../apimachinery/schema/group-version.ts';

/** A group/version that the server serves by itself, and where it stands among all others. */
export interface LocalGroupVersion extends GroupVersion {
  readonly groupPriorityMinimum: number;
  readonly versionPriority: number;
}

/** By this label the server knows the APIServices that are its own; whoever removes it owns the APIService from then on. */
export const automanagedLabel = 'kube-aggregator.kubernetes.io/automanaged';

/**
 * How an APIService is managed: `onstart` for what a server brings along, `true` for what comes and goes while it runs; `undefined` for
 * one that belongs to somebody else.
 */
export function automanagedMode({ metadata }: APIService): 'onstart' | 'true' | undefined {
  const mode = metadata.labels?.[automanagedLabel];
  return mode === 'onstart' || mode === 'true' ? mode : undefined;
}

/** The APIService of a group/version that the server serves by itself. */
export function newLocalAPIService(local: LocalGroupVersion): APIService {
  const { group, version, groupPriorityMinimum, versionPriority } = local;
  return {
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: { name: toAPIServiceName(local), labels: { [automanagedLabel]: 'onstart' } },
    spec: { group, groupPriorityMinimum, version, versionPriority },
  };
}

/** `<version>.<group>`. */
export function toAPIServiceName({ group, version }: GroupVersion): string {
  return `${version}.${group}`;
}
