import type { KubernetesList, KubernetesObject, Status, WatchEvent } from '../../../apis/meta/v1/types.ts';
import type { GroupVersionResource } from '../../apimachinery/schema/group-version.ts';
import type { Clock } from '../../component/id/clock.ts';

/** A collection of objects: of one namespace, or without `namespace` of the whole server. */
export interface ResourceRef extends GroupVersionResource {
  readonly namespace?: string;
}

/** One object, or a subresource of it. */
export interface ObjectRef extends ResourceRef {
  readonly name: string;
  readonly subresource?: string;
}

/** Options of every request. */
export interface RequestOptions {
  readonly signal?: AbortSignal;
  /** Further query parameters: `fieldManager`, `dryRun`, `propagationPolicy` and so on. */
  readonly query?: Readonly<Record<string, string>>;
  /** Milliseconds until the answer must be complete. Default: the client's. */
  readonly timeoutMs?: number;
}

/** Which objects of a collection. */
export interface ListRequest extends RequestOptions {
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly resourceVersion?: string;
  readonly limit?: number;
  readonly continue?: string;
}

/** From where to watch, and for how long. */
export interface WatchRequest extends Omit<RequestOptions, 'timeoutMs'> {
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly resourceVersion?: string;
  readonly allowWatchBookmarks?: boolean;
  /** The server ends the watch after this. */
  readonly timeoutSeconds?: number;
}

/** How a patch is meant. */
export type PatchType = 'json' | 'merge' | 'strategic' | 'apply';

/** A change to an object. */
export interface Patch {
  readonly type: PatchType;
  readonly body: unknown;
}

/** Frames of a watch other than `ERROR`, which is thrown. */
export type WatchFrame<T> = { readonly type: Exclude<WatchEvent['type'], 'ERROR'>; readonly object: T };

/** Any request, for paths that are no resources: `/version`, `/apis`, `/readyz`. */
export interface RawRequestOptions extends RequestOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** An answer read to its end, whatever its status. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Buffer;
}

/**
 * Talks to an API server (Go: `rest.RESTClient`). Every method but `raw` rejects with a `StatusError` when the server says no,
 * also when it says so without a `Status`; with a `RESTError` when there is no answer, or one that no API server gives; with
 * the signal's reason when that is aborted.
 */
export interface RESTClient {
  get<T extends KubernetesObject>(ref: ObjectRef, options?: RequestOptions): Promise<T>;
  /** One page when `limit` is given, else everything. Items carry kind and apiVersion. */
  list<T extends KubernetesObject>(ref: ResourceRef, options?: ListRequest): Promise<KubernetesList<T>>;
  create<T extends KubernetesObject>(ref: ResourceRef, object: T, options?: RequestOptions): Promise<T>;
  /** Puts the object in place of the one at the reference. */
  update<T extends KubernetesObject>(ref: ObjectRef, object: T, options?: RequestOptions): Promise<T>;
  patch<T extends KubernetesObject>(ref: ObjectRef, patch: Patch, options?: RequestOptions): Promise<T>;
  /** Answers with a `Status`, or with the object when it has yet to be finalised. */
  delete(ref: ObjectRef, options?: RequestOptions): Promise<Status | KubernetesObject>;
  /** Frames as they come, until the server ends the stream or the signal is aborted, either of which ends the iteration. */
  watch<T extends KubernetesObject>(ref: ResourceRef, options?: WatchRequest): AsyncIterable<WatchFrame<T>>;
  /** Sends a request to a path below the server's own and answers with what came, whatever its status. */
  raw(path: string, options?: RawRequestOptions): Promise<RawAnswer>;
  /** Ends running requests and closes the connections. */
  close(): Promise<void>;
}

/** How a server is reached. */
export interface RESTClientOptions {
  /** URL of the server; it may have a path. */
  readonly server: string;
  /** PEM bundle of the roots that are trusted. Default: the system's. */
  readonly ca?: string;
  /** Client certificate and key, PEM. */
  readonly cert?: string;
  readonly key?: string;
  /** Bearer token; a function is asked anew for each request, for tokens that are renewed. */
  readonly token?: string | (() => string | Promise<string>);
  /** Accept any certificate. */
  readonly insecureSkipTLSVerify?: boolean;
  /** Name that the server's certificate must bear, instead of the host of the URL. */
  readonly tlsServerName?: string;
  /** Default `tributary`. */
  readonly userAgent?: string;
  /** Milliseconds for a whole answer, retries included; of a watch only the head. Default 30 s. */
  readonly timeoutMs?: number;
  /** Default: the system clock. */
  readonly clock?: Clock;
}
