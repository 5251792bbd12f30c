import { dropZeroes, inOrder } from '../../../pkg/apimachinery/runtime/go-members.ts';
import { type Service, type ServicePort, type ServiceSpec, serviceSchema } from './service-schema.ts';
import { isExternallyAccessible, needsClusterIP } from './service-types.ts';

// Source: kubernetes `pkg/apis/core/v1/defaults.go` (`SetDefaults_Service`).

const affinitySeconds = 10_800;

const specSchema = serviceSchema.properties.spec;

/** As Go writes it: what is empty is left out, what has a default is written out. */
export function applyServiceDefaults(draft: Service): void {
  const spec: ServiceSpec = { ...draft.spec };
  dropZeroes(spec, zeroMembers);
  spec.sessionAffinity ??= 'None';
  spec.type ??= 'ClusterIP';
  setAffinityDefaults(spec);
  setTrafficDefaults(spec);
  if (spec.ports !== undefined) spec.ports = spec.ports.map(toCompletePort);
  draft.spec = inOrder(spec, specSchema);
  for (const ingress of draft.status?.loadBalancer?.ingress ?? []) {
    if ((ingress.ip ?? '') !== '') ingress.ipMode ??= 'VIP';
  }
}

/** Members for which Go does not tell empty from absent. Those that are pointers in Go are not among them. */
const zeroMembers = [
  'ports',
  'selector',
  'clusterIP',
  'clusterIPs',
  'type',
  'externalIPs',
  'sessionAffinity',
  'loadBalancerIP',
  'loadBalancerSourceRanges',
  'externalName',
  'externalTrafficPolicy',
  'healthCheckNodePort',
  'publishNotReadyAddresses',
  'ipFamilies',
] as const;

function setAffinityDefaults(spec: ServiceSpec): void {
  if (spec.sessionAffinity === 'None') delete spec.sessionAffinityConfig;
  if (spec.sessionAffinity !== 'ClientIP') return;
  const given = spec.sessionAffinityConfig?.clientIP?.timeoutSeconds;
  spec.sessionAffinityConfig = { clientIP: { timeoutSeconds: given ?? affinitySeconds } };
}

function setTrafficDefaults(spec: ServiceSpec): void {
  if (isExternallyAccessible(spec)) spec.externalTrafficPolicy ??= 'Cluster';
  if (needsClusterIP(spec)) spec.internalTrafficPolicy ??= 'Cluster';
  if (spec.type === 'LoadBalancer') spec.allocateLoadBalancerNodePorts ??= true;
}

function toCompletePort(given: ServicePort): ServicePort {
  const port: ServicePort = { ...given };
  dropZeroes(port, ['name', 'protocol', 'targetPort', 'nodePort']);
  port.protocol ??= 'TCP';
  port.targetPort ??= port.port;
  return inOrder(port, specSchema.properties.ports.items);
}
