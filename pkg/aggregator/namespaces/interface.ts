import type { APIServiceSnapshot } from '../snapshot.ts';

/** Content of a namespace at a service that could not be asked for it for too long. */
export interface AbandonedContent {
  readonly namespace: string;
  readonly snapshot: APIServiceSnapshot;
  /** Why it cannot be asked, as one sentence. */
  readonly why: string;
  /** For how long that has been so, in seconds. */
  readonly seconds: number;
}

/** A resource whose objects are in namespaces and can be deleted. */
export interface DeletableResource {
  readonly resource: string;
  /** Whether all of them can be deleted by one request. */
  readonly asCollection: boolean;
  readonly canList: boolean;
}
