import { equalJSON } from '../../../pkg/apimachinery/runtime/json.ts';
import type { ServiceSpec } from './service-schema.ts';
import { isHeadless, needsClusterIP, noClusterIP } from './service-types.ts';

/** Writes the address in both spellings. Where upstream would allocate one, the service is headless: there is no service network here. */
export function fillAddresses(spec: ServiceSpec): void {
  const { type, ports = [], clusterIPs = [] } = spec;
  if (clusterIPs.length > 0) return;
  // Without ports, a service has to say itself that it is headless.
  const wantsAddress = type === 'ClusterIP' && ports.length > 0;
  const clusterIP = spec.clusterIP ?? (wantsAddress ? noClusterIP : undefined);
  if (clusterIP !== undefined) Object.assign(spec, { clusterIP, clusterIPs: [clusterIP] });
}

/** A client that does not say the address means the one that there is. */
export function keepAddresses(spec: ServiceSpec, old: ServiceSpec): void {
  if (!needsClusterIP(spec) || !needsClusterIP(old) || losesHeadlessness(spec, old)) return;
  if (old.clusterIP === undefined || old.clusterIPs === undefined) return;
  const { clusterIP, clusterIPs } = spec;
  const saysSame = clusterIPs === undefined || equalJSON(clusterIPs, old.clusterIPs);
  if (!saysSame) return;
  if (clusterIP === undefined || clusterIP === old.clusterIP) {
    Object.assign(spec, { clusterIP: old.clusterIP, clusterIPs: [...old.clusterIPs] });
  } else {
    spec.clusterIPs = [clusterIP];
  }
}

/** Tells whether the address goes with the type: only services of type ClusterIP may be headless, and the client may not have asked for it. */
export function losesHeadlessness(spec: ServiceSpec, old: ServiceSpec): boolean {
  return isHeadless(old) && spec.type !== 'ClusterIP';
}
