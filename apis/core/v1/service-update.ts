import { equalJSON } from '../../../pkg/apimachinery/runtime/json.ts';
import { losesHeadlessness } from './service-addresses.ts';
import type { ServiceSpec } from './service-schema.ts';
import { isExternallyAccessible, needsClusterIP, needsNodePorts } from './service-types.ts';

type Applies = (spec: ServiceSpec) => boolean;

const isLoadBalancer: Applies = ({ type }) => type === 'LoadBalancer';

/** Members that only some types have. */
const dependentMembers: readonly { readonly applies: Applies; readonly members: readonly (keyof ServiceSpec)[] }[] = [
  { applies: needsClusterIP, members: ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy'] },
  { applies: isLoadBalancer, members: ['allocateLoadBalancerNodePorts', 'loadBalancerClass', 'healthCheckNodePort'] },
  { applies: isExternallyAccessible, members: ['externalTrafficPolicy'] },
];

/** Drops from `spec` what went with the old type, unless the client changed it (Go: `dropTypeDependentFields`). */
export function dropTypeDependentFields(spec: ServiceSpec, old: ServiceSpec): void {
  for (const { applies, members } of dependentMembers) {
    if (applies(old) && !applies(spec)) dropUnchanged(spec, old, members);
  }
  if (losesHeadlessness(spec, old)) dropUnchanged(spec, old, ['clusterIP', 'clusterIPs']);
  if (needsNodePorts(old) && !needsNodePorts(spec)) dropNodePorts(spec, old);
}

function dropUnchanged(spec: ServiceSpec, old: ServiceSpec, members: readonly (keyof ServiceSpec)[]): void {
  for (const member of members) {
    if (equalJSON(spec[member], old[member])) delete spec[member];
  }
}

function dropNodePorts({ ports = [] }: ServiceSpec, old: ServiceSpec): void {
  const known = new Set((old.ports ?? []).map(({ nodePort }) => nodePort));
  for (const port of ports) {
    if (known.has(port.nodePort)) delete port.nodePort;
  }
}
