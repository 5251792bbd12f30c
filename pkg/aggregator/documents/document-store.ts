import type { ServiceReference } from '../resolver/interface.ts';
import type { APIServiceSnapshot } from '../snapshot.ts';

/** What was last known of services, kept from one run of the gateway to the next. Its loss costs time, never data. */
export interface DocumentStore {
  /** What was kept, by name of APIService. Never rejects: what cannot be read was not kept. */
  load(): Promise<ReadonlyMap<string, unknown>>;
  /** Keeps this in place of what was kept; nothing, when it is `undefined`. Returns at once; never throws. */
  save(name: string, content: object | undefined): void;
  /** Resolves when everything so far has been written, or could not be. */
  flush(): Promise<void>;
}

/** What is known of discovery, and of OpenAPI. */
export interface DocumentStores {
  readonly discovery: DocumentStore;
  readonly openapi: DocumentStore;
}

/** Keeps nothing. */
export const noDocumentStore: DocumentStore = {
  load: async () => new Map(),
  save: () => undefined,
  flush: async () => undefined,
};

/** Which service it was that said so: what another one said under the same name is worth nothing. */
export function toSource({ service }: APIServiceSnapshot): string {
  return service === undefined ? '' : toText(service);
}

function toText({ namespace, name, port }: ServiceReference): string {
  return `${namespace}/${name}:${port}`;
}
