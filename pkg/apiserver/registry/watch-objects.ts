import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';
import type { KindDefinition } from '../../apimachinery/schema/kind-definition.ts';
import type { StorageError } from '../../storage/errors.ts';
import type { StorageEvent, WatchSink } from '../../storage/interface.ts';
import type { StatusError } from '../../apimachinery/errors/status-error.ts';
import { isStatusError } from '../../apimachinery/errors/status-error.ts';
import { newInternalError } from '../../apimachinery/errors/constructors.ts';
import { toStoragePrefix } from './key.ts';
import { parseResourceVersion, waitForRevision } from './resource-version.ts';
import type { Selection } from './selection.ts';
import type { StoreOptions } from './store-options.ts';
import { translateStorageError } from './translate-storage-error.ts';

/** What to watch. */
export interface WatchQuery {
  readonly namespace: string;
  readonly selection: Selection;
  readonly resourceVersion: string;
  /**
   * `true`: the current objects first, closed by a bookmark; `false`: changes from now on; absent: the current objects first
   * when no revision is given, as older clients expect.
   */
  readonly sendInitialEvents?: boolean;
  readonly signal: AbortSignal;
}

/** Where a watch delivers; called synchronously, in order. */
export interface ObjectSink<T extends KubernetesObject> {
  event(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: T): void;
  /** Asked between the objects that existed when the watch began: what to wait for before the next, if anything. */
  whenDrained?(): Promise<void> | undefined;
  /** All objects that existed when the watch began have been delivered; they stood at this revision. */
  initialEventsEnd(resourceVersion: string): void;
  /** The watch ended by itself. Nothing follows. */
  end(error: StatusError): void;
}

/**
 * Delivers changes of matching objects until the signal is aborted. An object that begins to match is ADDED, one that ceases
 * to match is DELETED. Throws before the first delivery when the watch cannot start (410, 504).
 */
export async function watchObjects<T extends KubernetesObject>(
  options: StoreOptions<T>,
  query: WatchQuery,
  sink: ObjectSink<T>,
): Promise<void> {
  const { kind, storage } = options;
  const prefix = toStoragePrefix(kind, query.namespace);
  const requested = parseResourceVersion(query.resourceVersion);
  try {
    const initial = query.sendInitialEvents ?? requested === 0;
    const after = initial ? await deliverInitial(options, query, sink) : await findStart(options, query, requested);
    if (query.signal.aborted) return;
    const selecting = new SelectingSink(sink, query, kind);
    await storage.watch(prefix, selecting, { after, signal: query.signal });
  } catch (error) {
    throw toStatus(error, kind, requested);
  }
}

function toStatus(error: unknown, { group, plural }: KindDefinition<never>, revision: number): StatusError {
  const failed = { resource: { group, resource: plural }, name: '', operation: 'watch', revision } as const;
  const translated = translateStorageError(error, failed);
  return isStatusError(translated) ? translated : newInternalError('the watch failed', error);
}

async function findStart<T extends KubernetesObject>(
  { storage }: StoreOptions<T>,
  query: WatchQuery,
  requested: number,
) {
  if (query.sendInitialEvents === false || requested === 0) return storage.revision();
  return requested;
}

async function deliverInitial<T extends KubernetesObject>(
  { kind, storage }: StoreOptions<T>,
  query: WatchQuery,
  sink: ObjectSink<T>,
): Promise<number> {
  const { selection } = query;
  const requested = parseResourceVersion(query.resourceVersion);
  if (requested > 0) await waitForRevision({ storage, revision: requested, signal: query.signal });
  const match = selection.everything ? {} : { match: (object: KubernetesObject) => selection.matches(object) };
  const { items, revision } = await storage.list(toStoragePrefix(kind, query.namespace), match);
  for (const item of items) {
    sink.event('ADDED', item as T);
    const drained = sink.whenDrained?.();
    if (drained !== undefined) await drained;
    if (query.signal.aborted) return revision;
  }
  sink.initialEventsEnd(String(revision));
  return revision;
}

/** Turns changes of stored objects into those that a watcher sees. There is one for each watch: its functions are shared. */
class SelectingSink<T extends KubernetesObject> implements WatchSink {
  readonly #sink: ObjectSink<T>;
  readonly #selection: Selection;
  readonly #resourceVersion: string;
  readonly #kind: KindDefinition<never>;

  constructor(sink: ObjectSink<T>, { selection, resourceVersion }: WatchQuery, kind: KindDefinition<never>) {
    this.#sink = sink;
    this.#selection = selection;
    this.#resourceVersion = resourceVersion;
    this.#kind = kind;
  }

  event(event: StorageEvent): void {
    const selection = this.#selection;
    const object = event.object as T;
    if (selection.everything) return this.#sink.event(event.type, object);
    const before = event.previous !== undefined && selection.matches(event.previous);
    const now = event.type !== 'DELETED' && selection.matches(object);
    if (now) return this.#sink.event(before ? 'MODIFIED' : 'ADDED', object);
    if (before)
      this.#sink.event('DELETED', event.type === 'DELETED' ? object : withVersionOf(event, event.previous as T));
  }

  end(error: StorageError): void {
    this.#sink.end(toStatus(error, this.#kind, parseResourceVersion(this.#resourceVersion)));
  }
}

/** The state that matched last, carrying the revision of the change that took it out of the selection. */
function withVersionOf<T extends KubernetesObject>(event: StorageEvent, last: T): T {
  return { ...last, metadata: { ...last.metadata, resourceVersion: String(event.revision) } };
}
