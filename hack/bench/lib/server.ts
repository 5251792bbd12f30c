import type { API } from './api.ts';

/** An API server under measurement. */
export interface Server {
  readonly name: string;
  readonly pid: number;
  readonly api: API;
  /** The kind of object that the benchmarks use. */
  readonly objects: ObjectKind;
}

/** A namespaced kind, and how to make an object of it. */
export interface ObjectKind {
  readonly kind: string;
  /** Path of the collection in the namespace `default`. */
  readonly path: string;
  readonly newObject: (name: string) => object;
}

/** What the gateway has by itself. */
export const externalNames: ObjectKind = {
  kind: 'ExternalName',
  path: '/apis/service.grafana.app/v0alpha1/namespaces/default/externalnames',
  newObject: (name) => ({
    apiVersion: 'service.grafana.app/v0alpha1',
    kind: 'ExternalName',
    metadata: { name },
    spec: { host: 'localhost' },
  }),
};

/** What every API server has. */
export const configMaps: ObjectKind = {
  kind: 'ConfigMap',
  path: '/api/v1/namespaces/default/configmaps',
  newObject: (name) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { host: 'localhost' } }),
};

/** The kinds of the list that a server serves. */
export async function findServedKinds(api: API): Promise<ObjectKind[]> {
  const answers = await Promise.all([externalNames, configMaps].map(({ path }) => api.ask(`${path}?limit=1`)));
  return [externalNames, configMaps].filter((_, at) => answers[at]?.status === 200);
}
