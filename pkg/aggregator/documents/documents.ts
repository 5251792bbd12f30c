import { runDocumentLoop, type DocumentLoopOptions } from './document-loop.ts';
import { type DiscoveryBook, newDiscoveryBook } from './discovery-book.ts';
import { newDiscoveryReader } from './discovery-reader.ts';
import { newDocumentReporter } from './document-report.ts';
import type { DocumentsDescription } from './documents-description.ts';
import { type DocumentStores, noDocumentStore } from './document-store.ts';
import type { RunningTime } from '../availability/running-time.ts';
import { newSlots, type SlotsOptions } from '../availability/slots.ts';
import type { Timer } from '../../component/id/clock.ts';
import type { AggregatorOptions } from '../interface.ts';
import { newOpenAPIBook, type OpenAPIBook } from './openapi-book.ts';
import { newOpenAPIReader } from './openapi-reader.ts';

/** What is made of the documents of all services: discovery and OpenAPI. */
export interface Documents {
  /** Whether the resources of an APIService are known, or its backend could not tell them. */
  isDiscovered(name: string): boolean;
  /** Loads what was known before the gateway was restarted. To be called before the first snapshot, and before `run`. */
  load(): Promise<void>;
  /** All APIServices are known: what was kept of others is given up soon. */
  synced(): void;
  /** What is known of the documents of an APIService; `undefined` for one that the gateway serves by itself. */
  describe(name: string): DocumentsDescription | undefined;
  /** Works until the signal is aborted, then writes down what it knows; never rejects. */
  run(signal: AbortSignal): Promise<void>;
}

/** What the documents need. */
export interface DocumentsOptions
  extends
    Omit<DocumentLoopOptions, 'name' | 'read' | 'slots'>,
    Pick<AggregatorOptions, 'discovery' | 'openapi' | 'updateStatus' | 'recordEvent' | 'observer'> {
  readonly stores: DocumentStores | undefined;
  /** Called after each attempt to discover the resources of an APIService. */
  readonly onDiscovered: (name: string) => void;
  readonly running: RunningTime;
}

/** So many reads are begun at a time: documents are large, and the processor has other things to do as well. */
const readSlots: SlotsOptions = { count: 16, yieldMs: 250 };

/** An APIService that was replaced, or is applied by a manifest, may come a little later. */
const forgetAfterMs = 60_000;

/** Puts together what reads, keeps, publishes and tells of the documents. */
export function newDocuments(options: DocumentsOptions): Documents {
  const { table, clock, stores = { discovery: noDocumentStore, openapi: noDocumentStore } } = options;
  const restored = { discovery: new Map<string, unknown>(), openapi: new Map<string, unknown>() };
  const slots = newSlots(readSlots, options.running);
  const reporter = newDocumentReporter(options);
  const book = newDiscoveryBook({
    sink: options.discovery,
    store: stores.discovery,
    restored: restored.discovery,
    clock,
    reporter,
    onLearned: (name) => openapi.discoveryChanged(name),
    onSettled: options.onDiscovered,
  });
  const openapi = newOpenAPIBook({
    sink: options.openapi,
    store: stores.openapi,
    restored: restored.openapi,
    clock,
    reporter,
    discoveryOf: (name) => book.find(name)?.discovery,
  });
  const forgetOthers = (): void => {
    for (const kind of ['discovery', 'openapi'] as const) {
      for (const name of restored[kind].keys()) {
        if (table.get(name)?.service === undefined) stores[kind].save(name, undefined);
      }
      restored[kind].clear();
    }
  };
  // Every read that goes well is told to the observer.
  const seenDiscovery: DiscoveryBook = {
    ...book,
    learned(name, read) {
      book.learned(name, read);
      options.observer?.read('discovery', name);
    },
  };
  const seenOpenAPI: OpenAPIBook = {
    ...openapi,
    learned(name, read) {
      openapi.learned(name, read);
      options.observer?.read('openapi', name);
    },
  };
  let forgetting: Timer | undefined;
  return {
    isDiscovered: (name) => book.isSettled(name),
    async load() {
      for (const kind of ['discovery', 'openapi'] as const) {
        for (const [name, content] of await stores[kind].load()) restored[kind].set(name, content);
      }
    },
    synced() {
      forgetting = clock.setTimeout(forgetOthers, forgetAfterMs);
    },
    describe(name) {
      const discovery = book.describe(name);
      const ofOpenAPI = openapi.describe(name);
      return discovery && { discovery, ...(ofOpenAPI !== undefined && { openapi: ofOpenAPI }) };
    },
    async run(signal) {
      const unsubscribes = [book, openapi].map((each) => table.subscribe((change) => each.changed(change)));
      await Promise.all([
        reporter.run(signal),
        runDocumentLoop(
          {
            ...options,
            slots,
            name: 'discovery-manager',
            read: newDiscoveryReader({ book: seenDiscovery, clock }),
          },
          signal,
        ),
        runDocumentLoop(
          { ...options, slots, name: 'openapi-aggregation', read: newOpenAPIReader(seenOpenAPI) },
          signal,
        ),
      ]);
      forgetting?.cancel();
      for (const unsubscribe of unsubscribes) unsubscribe();
      await Promise.all([stores.discovery.flush(), stores.openapi.flush()]);
    },
  };
}
