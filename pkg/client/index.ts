/**
 * A client of Kubernetes-style API servers: requests, informers and work queues.
 *
 * @module
 */
export type { EventHandler } from './cache/event-handler.ts';
export type { Informer, InformerOptions } from './cache/informer.ts';
export { newInformer } from './cache/informer.ts';
export type { ListerWatcher, ListSnapshot, ResourceEvent, ResourceEventSink } from './cache/lister-watcher.ts';
export type { RESTListerWatcherOptions } from './cache/rest-lister-watcher.ts';
export { newRESTListerWatcher } from './cache/rest-lister-watcher.ts';
export type { Indexers, Lister } from './cache/store.ts';
export type {
  ListRequest,
  ObjectRef,
  Patch,
  PatchType,
  RawAnswer,
  RawRequestOptions,
  RequestOptions,
  ResourceRef,
  RESTClient,
  RESTClientOptions,
  WatchFrame,
  WatchRequest,
} from './rest/interface.ts';
export { newRESTClient } from './rest/rest-client.ts';
export type { RESTErrorCode } from './rest/rest-error.ts';
export { RESTError } from './rest/rest-error.ts';
export type { Workqueue, WorkqueueStats } from './workqueue/interface.ts';
export type { Sync, WorkersOptions } from './workqueue/run-workers.ts';
export { runWorkers } from './workqueue/run-workers.ts';
export type { WorkqueueOptions } from './workqueue/workqueue.ts';
export { newWorkqueue } from './workqueue/workqueue.ts';
