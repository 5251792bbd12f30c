/** A registration to make. */
export interface RegistrationOptions {
  /** Group; the version is `v1`. */
  readonly group: string;
  readonly host: string;
  readonly port: number;
  /** PEM by which the backend's certificate is verified; default: the gateway's own authority. */
  readonly ca?: string;
  readonly namespace?: string;
  /** Name of the ExternalName; default: the first part of the group. */
  readonly name?: string;
}

/** The two objects that register a service, as `kubectl apply -f -` takes them. */
export function toManifests(options: RegistrationOptions): string {
  const { group, host, port, ca, namespace = 'default', name = group.split('.')[0] ?? '' } = options;
  const externalName = {
    apiVersion: 'service.grafana.app/v0alpha1',
    kind: 'ExternalName',
    metadata: { name, namespace },
    spec: { host },
  };
  const apiService = {
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: { name: `v1.${group}` },
    spec: {
      group,
      version: 'v1',
      groupPriorityMinimum: 1000,
      versionPriority: 15,
      service: { name, namespace, port },
      ...(ca === undefined ? {} : { caBundle: Buffer.from(ca).toString('base64') }),
    },
  };
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [externalName, apiService] });
}

/** The condition that says whether a service can be used. */
export interface AvailableCondition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
  readonly lastTransitionTime: string;
}

/** What of an APIService these tests read. */
export interface APIServiceObject {
  readonly status?: { readonly conditions?: readonly AvailableCondition[] };
}

/** The `Available` condition of an APIService. */
export function availableOf({ status }: APIServiceObject): AvailableCondition | undefined {
  return status?.conditions?.find(({ type }) => type === 'Available');
}
