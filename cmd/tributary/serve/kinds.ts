import { apiServiceKind } from '../../../apis/apiregistration/v1/api-service.ts';
import { configMapKind } from '../../../apis/core/v1/config-map.ts';
import { namespaceKind } from '../../../apis/core/v1/namespace.ts';
import { secretKind } from '../../../apis/core/v1/secret.ts';
import { serviceKind } from '../../../apis/core/v1/service.ts';
import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';
import { externalNameKind } from '../../../apis/service.grafana.app/v0alpha1/external-name.ts';
import type { KindDefinition } from '../../../pkg/apimachinery/schema/kind-definition.ts';
import { namespaceInstallation } from '../../../pkg/apiserver/controllers/namespace/namespace-deletion.ts';
import type { Store } from '../../../pkg/apiserver/registry/store.ts';
import type { APIServer, GroupPriority, InstallOptions } from '../../../pkg/apiserver/server/api-server.ts';

/** A kind that the gateway serves by itself, with what it has beside its definition. */
export interface OwnKind {
  readonly definition: KindDefinition;
  readonly options: InstallOptions;
}

/** Kinds of one group/version, and where it stands among all others. */
export interface OwnGroupVersion extends GroupPriority {
  readonly kinds: readonly OwnKind[];
}

/**
 * Everything that the gateway serves by itself; `kubectl api-resources` lists groups of the highest priority first. Source of the
 * priorities: kubernetes `pkg/controlplane/apiserver/aggregator.go`.
 */
export const ownGroupVersions: readonly OwnGroupVersion[] = [
  { groupPriorityMinimum: 20_001, versionPriority: 1, kinds: [own(apiServiceKind)] },
  {
    groupPriorityMinimum: 18_000,
    versionPriority: 1,
    kinds: [own(configMapKind), own(namespaceKind, namespaceInstallation), own(secretKind), own(serviceKind)],
  },
  { groupPriorityMinimum: 15_000, versionPriority: 1, kinds: [own(externalNameKind)] },
];

/** Makes a server serve kinds. */
export function installKinds(server: APIServer, groupVersions: readonly OwnGroupVersion[]): void {
  for (const { kinds, ...priority } of groupVersions) {
    for (const { definition, options } of kinds) server.install(definition, priority, options);
  }
}

/** The store of an installed kind. Throws a `TypeError` for a kind that is not installed. */
export function storeOf<T extends KubernetesObject>({ stores }: APIServer, kind: KindDefinition<T>): Store<T> {
  const store = stores.find(kind);
  if (store === undefined) throw new TypeError(`${kind.kind} of ${kind.group}/${kind.version} is not installed`);
  return store as unknown as Store<T>;
}

function own<T extends KubernetesObject>(kind: KindDefinition<T>, options: InstallOptions<T> = {}): OwnKind {
  return { definition: kind as unknown as KindDefinition, options: options as unknown as InstallOptions };
}
