import { ApiException, type KubernetesObject, type V1Status } from '@kubernetes/client-node';

/** The namespace of every object of these tests. */
export const NAMESPACE = 'default';

/** An object of either kind that these tests use. */
export interface Item extends KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace: string;
    uid?: string;
    resourceVersion?: string;
    labels?: Record<string, string>;
  };
  spec?: Record<string, unknown>;
}

/** A kind, how its objects look, and a field of its spec. */
export interface Subject {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  readonly field: string;
}

/** The kind that says where a service is. */
export const externalNames: Subject = {
  group: 'service.grafana.app',
  version: 'v0alpha1',
  plural: 'externalnames',
  kind: 'ExternalName',
  field: 'host',
};
/** A kind of the example service, behind the aggregator. */
export const flunders: Subject = {
  group: 'wardle.example.com',
  version: 'v1alpha1',
  plural: 'flunders',
  kind: 'Flunder',
  field: 'reference',
};

/** A new object of a kind. */
export function newItem(
  { group, version, kind, field }: Subject,
  name: string,
  labels: Record<string, string> = {},
): Item {
  return {
    apiVersion: `${group}/${version}`,
    kind,
    metadata: { name, namespace: NAMESPACE, labels },
    spec: { [field]: 'a.example.com' },
  };
}

/** Where a kind is. */
export const placeOf = ({ group, version, plural }: Subject): PlaceOfKind => ({
  group,
  version,
  plural,
  namespace: NAMESPACE,
});

/** How CustomObjectsApi wants to be told where a kind is. */
export interface PlaceOfKind {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly namespace: string;
}

/** The error that a call ends with. */
export async function failureOf(call: Promise<unknown>): Promise<ApiException<unknown>> {
  try {
    await call;
  } catch (error) {
    if (error instanceof ApiException) return error as ApiException<unknown>;
    throw error;
  }
  throw new Error('the call did not fail');
}

/** The Status in an error; most of the generated code leaves it to the caller to parse. */
export function statusOf({ body }: ApiException<unknown>): V1Status {
  return (typeof body === 'string' ? JSON.parse(body) : body) as V1Status;
}
