import {
  mutatingAdmissionPolicyBindingKind,
  mutatingAdmissionPolicyKind,
  validatingAdmissionPolicyBindingKind,
  validatingAdmissionPolicyKind,
} from '../../../apis/admissionregistration.k8s.io/v1/admission-policies.ts';
import {
  mutatingWebhookConfigurationKind,
  validatingWebhookConfigurationKind,
} from '../../../apis/admissionregistration.k8s.io/v1/webhook-configurations.ts';
import { customResourceDefinitionKind } from '../../../apis/apiextensions.k8s.io/v1/custom-resource-definition.ts';
import { apiServiceKind } from '../../../apis/apiregistration/v1/api-service.ts';
import { leaseKind } from '../../../apis/coordination.k8s.io/v1/lease.ts';
import { configMapKind } from '../../../apis/core/v1/config-map.ts';
import { endpointsKind } from '../../../apis/core/v1/endpoints.ts';
import { eventKind } from '../../../apis/core/v1/event.ts';
import { namespaceKind } from '../../../apis/core/v1/namespace.ts';
import { nodeKind } from '../../../apis/core/v1/node.ts';
import { podKind } from '../../../apis/core/v1/pod.ts';
import { secretKind } from '../../../apis/core/v1/secret.ts';
import { serviceAccountKind } from '../../../apis/core/v1/service-account.ts';
import { serviceKind } from '../../../apis/core/v1/service.ts';
import { endpointSliceKind } from '../../../apis/discovery.k8s.io/v1/endpoint-slice.ts';
import { eventKind as eventsEventKind } from '../../../apis/events.k8s.io/v1/event.ts';
import { flowSchemaKind } from '../../../apis/flowcontrol.apiserver.k8s.io/v1/flow-schema.ts';
import { priorityLevelConfigurationKind } from '../../../apis/flowcontrol.apiserver.k8s.io/v1/priority-level-configuration.ts';
import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';
import { clusterRoleBindingKind } from '../../../apis/rbac.authorization.k8s.io/v1/cluster-role-binding.ts';
import { clusterRoleKind } from '../../../apis/rbac.authorization.k8s.io/v1/cluster-role.ts';
import { roleBindingKind } from '../../../apis/rbac.authorization.k8s.io/v1/role-binding.ts';
import { roleKind } from '../../../apis/rbac.authorization.k8s.io/v1/role.ts';
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
    kinds: [
      own(configMapKind),
      own(endpointsKind),
      own(eventKind),
      own(namespaceKind, namespaceInstallation),
      own(nodeKind),
      own(podKind),
      own(secretKind),
      own(serviceAccountKind),
      own(serviceKind),
    ],
  },
  { groupPriorityMinimum: 17_750, versionPriority: 15, kinds: [own(eventsEventKind)] },
  {
    groupPriorityMinimum: 16_700,
    versionPriority: 15,
    kinds: [
      own(mutatingAdmissionPolicyBindingKind),
      own(mutatingAdmissionPolicyKind),
      own(mutatingWebhookConfigurationKind),
      own(validatingAdmissionPolicyBindingKind),
      own(validatingAdmissionPolicyKind),
      own(validatingWebhookConfigurationKind),
    ],
  },
  { groupPriorityMinimum: 16_700, versionPriority: 15, kinds: [own(customResourceDefinitionKind)] },
  { groupPriorityMinimum: 16_500, versionPriority: 15, kinds: [own(leaseKind)] },
  { groupPriorityMinimum: 16_200, versionPriority: 15, kinds: [own(endpointSliceKind)] },
  {
    groupPriorityMinimum: 16_100,
    versionPriority: 21,
    kinds: [own(flowSchemaKind), own(priorityLevelConfigurationKind)],
  },
  {
    groupPriorityMinimum: 17_000,
    versionPriority: 15,
    kinds: [own(clusterRoleBindingKind), own(clusterRoleKind), own(roleBindingKind), own(roleKind)],
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
