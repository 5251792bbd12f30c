import type { KubernetesObject, Unstructured } from '../../../apis/meta/v1/types.ts';
import type { StorageError } from '../errors.ts';
import type { Storage, StorageEvent, WatchSink } from '../interface.ts';

/** An object that belongs at a key, with a value in `data.value`. */
export function newObject(key: string, value: unknown = 0): Unstructured {
  const segments = key.split('/');
  const metadata = { name: segments.at(-1) ?? '', ...(segments.length === 4 && { namespace: segments[2] ?? '' }) };
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { value } };
}

/** The value of an object made by `newObject`. */
export function valueOf(object: KubernetesObject | undefined): unknown {
  return (object as { data?: { value?: unknown } } | undefined)?.data?.value;
}

/** The same object with another value. */
export function withValue(object: KubernetesObject, value: unknown): KubernetesObject {
  return { ...object, data: { value } } as KubernetesObject;
}

/** The revision that an object carries. */
export function revisionOf(object: KubernetesObject | undefined): number {
  return Number(object?.metadata.resourceVersion);
}

/** Creates an object at each key, one after the other. */
export async function createAll(storage: Storage, ...keys: string[]): Promise<KubernetesObject[]> {
  const created: KubernetesObject[] = [];
  for (const key of keys) created.push(await storage.create(key, newObject(key)));
  return created;
}

/** A sink that remembers what it got. */
export interface RecordingSink extends WatchSink {
  readonly events: StorageEvent[];
  readonly ends: StorageError[];
}

/** Makes a sink that remembers what it gets. */
export function newRecordingSink(): RecordingSink {
  const events: StorageEvent[] = [];
  const ends: StorageError[] = [];
  return { events, ends, event: (event) => void events.push(event), end: (error) => void ends.push(error) };
}

/** Events in short: `ADDED a/b/c`. */
export function summarise(events: readonly StorageEvent[]): string[] {
  return events.map(({ type, key }) => `${type} ${key}`);
}

/** Names of objects, in order. */
export function namesOf(objects: readonly KubernetesObject[]): (string | undefined)[] {
  return objects.map(({ metadata }) => metadata.name);
}
