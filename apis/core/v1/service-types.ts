import type { ServiceSpec } from './service-schema.ts';

// Source: kubernetes `pkg/api/service/util.go`, `pkg/registry/core/service/storage/storage.go`.

/** What a headless service has for an address. */
export const noClusterIP = 'None';

/** Tells whether a service of this type has an address of its own. */
export function needsClusterIP({ type }: ServiceSpec): boolean {
  return type === 'ClusterIP' || type === 'NodePort' || type === 'LoadBalancer';
}

/** Tells whether a service of this type is reached through ports of nodes. */
export function needsNodePorts({ type }: ServiceSpec): boolean {
  return type === 'NodePort' || type === 'LoadBalancer';
}

/** Tells whether traffic from outside arrives at the service. */
export function isExternallyAccessible(spec: ServiceSpec): boolean {
  return needsNodePorts(spec) || (spec.type === 'ClusterIP' && (spec.externalIPs ?? []).length > 0);
}

/** Tells whether a service has no address, by intent. */
export function isHeadless({ clusterIPs = [] }: ServiceSpec): boolean {
  return clusterIPs.length === 1 && clusterIPs[0] === noClusterIP;
}
