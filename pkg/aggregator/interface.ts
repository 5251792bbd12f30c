import type { APIVersionDiscovery } from '../../apis/apidiscovery/v2/types.ts';
import type { APIService } from '../../apis/apiregistration/v1/api-service-schema.ts';
import type { APIResourceList } from '../../apis/meta/v1/types.ts';
import type { GroupVersion } from '../apimachinery/schema/group-version.ts';
import type { OpenAPIV2Part } from '../apiserver/endpoints/openapi/foreign/openapi-v2-part.ts';
import type { Informer } from '../client/cache/informer.ts';
import type { MeasuredQueue } from '../client/workqueue/workqueue-metrics.ts';
import type { Clock } from '../component/id/clock.ts';
import type { Logger } from '../component/logs/logger.ts';
import type { Health } from './availability/health.ts';
import type { Trial } from './availability/trials.ts';
import type { DocumentsDescription } from './documents/documents-description.ts';
import type { DocumentStores } from './documents/document-store.ts';
import type { AggregatorObserver } from './metrics/observer.ts';
import type { Outcome, Transport, TransportSettings } from './proxy/interface.ts';
import type { LookupHost } from './resolver/host-records.ts';
import type { FollowingResolver } from './resolver/interface.ts';
import type { IsLocal } from './service-reference.ts';
import type { APIServiceSnapshot, SnapshotChange } from './snapshot.ts';

/** The control path: keeps a snapshot of every APIService up to date, and with it discovery, OpenAPI and conditions. */
export interface Aggregator {
  /** The snapshot of a group/version. The only thing that the data path asks for. */
  lookup(gv: GroupVersion): APIServiceSnapshot | undefined;
  /** All snapshots, in no particular order. */
  list(): readonly APIServiceSnapshot[];
  /** Calls back, synchronously, after each swap. The result ends it. */
  subscribe(listener: (change: SnapshotChange) => void): () => void;
  /** How an exchange with a backend ended: a failure there is news about its health. */
  reportOutcome(exchange: Exchange): void;
  /** New trust or a new front-proxy certificate: new requests use it at once, running ones end as they began. */
  setCredentials(credentials: BackendCredentials): void;
  /** Every APIService that was there at the start has its snapshot. */
  hasSynced(): boolean;
  /** The queues of its controllers, for metrics. */
  queues(): readonly MeasuredQueue[];
  /** The live snapshots as plain JSON, by name. */
  describe(): readonly APIServiceDescription[];
  /** Works until the signal is aborted, then closes every connection and resolves; never rejects. To be called once. */
  run(signal: AbortSignal): Promise<void>;
}

/** What the aggregator is made of. Informers are run by the caller. */
export interface AggregatorOptions {
  readonly apiServices: Informer<APIService>;
  /** Where services are; a change of one of them reaches its APIServices within the event. */
  readonly resolver: FollowingResolver;
  /** Finds all addresses of a name, so that requests are spread over them. Default: connections are opened by name. */
  readonly lookupHost?: LookupHost;
  /**
   * Whether the server serves a group/version by itself: an APIService that it has registered for it stays local, and one that names a
   * service for it says so in its condition. Default: none.
   */
  readonly isLocal?: IsLocal;
  /**
   * Writes the status of an APIService: `mutate` changes a private copy of the stored object and may be called again after a
   * conflict. Rejects with a `StatusError`; `NotFound` when there is no such object.
   */
  readonly updateStatus: (name: string, mutate: (draft: APIService) => void) => Promise<void>;
  readonly newTransport: (settings: TransportSettings) => Transport;
  readonly credentials: BackendCredentials;
  readonly discovery: DiscoverySink;
  readonly openapi: OpenAPISink;
  /** Where what is known of services is kept from one run to the next. Default: nowhere. */
  readonly documentStores?: DocumentStores;
  /** Tells people of something that happened to an APIService, perhaps again and again. Default: conditions alone tell. */
  readonly recordEvent?: (event: APIServiceEvent) => void;
  /** Hears of probes and of documents that were read. Default: nobody. */
  readonly observer?: AggregatorObserver | undefined;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Evenly distributed in [0, 1), for jitter. Default: `Math.random`. */
  readonly random?: () => number;
}

/** Something that happened to an APIService. */
export interface APIServiceEvent {
  /** Name of the APIService. */
  readonly apiService: string;
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

/** By what backends are trusted that bring no `caBundle` of their own, and what the gateway shows them. */
export interface BackendCredentials {
  /** PEM bundle of the gateway's own authority. */
  readonly gatewayCA: string;
  /** The front-proxy client certificate. */
  readonly clientCertificate?: { readonly cert: string; readonly key: string };
}

/** A client's request that was carried to a backend. */
export interface Exchange {
  readonly snapshot: APIServiceSnapshot;
  readonly transport: Transport;
  readonly outcome: Outcome;
  /** It was let through to see how the address is. */
  readonly trial?: Trial | undefined;
}

/** Where discovery of the aggregated group/versions goes. Local ones are not published. Calls are synchronous. */
export interface DiscoverySink {
  /** Replaces what was published for the group/version. */
  publish(entry: DiscoveryEntry): void;
  remove(gv: GroupVersion): void;
}

/** What is known of the resources of an aggregated group/version. */
export interface DiscoveryEntry extends GroupVersion {
  readonly groupPriorityMinimum: number;
  readonly versionPriority: number;
  /** `Stale`, with the resources last known (none at first), while the service cannot be reached. */
  readonly discovery: APIVersionDiscovery;
  /** The same in the form of the service's own `/apis/<group>/<version>`, where that is known. */
  readonly resources?: APIResourceList;
  /** RFC 3339: since when the service cannot be reached, if that is so. */
  readonly staleSince?: string;
}

/** Where OpenAPI documents of the aggregated group/versions go. Calls are synchronous. */
export interface OpenAPISink {
  publish(document: OpenAPIDocument): void;
  /** The service has no document for it, or is gone. */
  remove(gv: GroupVersion): void;
}

/** OpenAPI documents of an aggregated group/version. */
export interface OpenAPIDocument extends GroupVersion {
  /** OpenAPI v3, byte for byte as the service sent it, if it did; otherwise made by the first call. */
  readonly json: () => Buffer;
  /** Upper-case hexadecimal SHA-512 of the document, or of what it is made from. */
  readonly hash: string;
  /** Its share of OpenAPI v2, prepared by the first call. */
  readonly v2: () => OpenAPIV2Part;
}

/** A snapshot for people. */
export interface APIServiceDescription {
  readonly name: string;
  /** `Degraded`: `Available`, and an address of it is not, or requests fail. */
  readonly state: 'Local' | 'Available' | 'Degraded' | 'Unavailable' | 'Unknown';
  readonly addresses: readonly string[];
  readonly since: string;
  readonly reason: string;
  readonly message: string;
  /** Absent when the gateway serves the group/version by itself. */
  readonly health?: Health;
  /** Absent when the gateway serves the group/version by itself. */
  readonly documents?: DocumentsDescription;
}
