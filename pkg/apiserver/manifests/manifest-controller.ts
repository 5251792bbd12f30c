import { createHash } from 'node:crypto';
import { dirname } from 'node:path';
import { hasReason } from '../../apimachinery/errors/status-error.ts';
import { equalJSON } from '../../apimachinery/runtime/json.ts';
import { untilAborted } from '../../client/cache/until-aborted.ts';
import { runWorkers } from '../../client/workqueue/run-workers.ts';
import { newWorkqueue } from '../../client/workqueue/workqueue.ts';
import { type Clock, systemClock } from '../../component/id/clock.ts';
import type { Logger } from '../../component/logs/logger.ts';
import { sleepUntil } from '../../pki/clock.ts';
import { newFolderWatcher } from '../../pki/folder-watcher.ts';
import { type Controller, newControllerWrite } from '../controllers/controller.ts';
import type { ServedStores } from '../registry/served-stores.ts';
import { applyManifest, manifestsName, ownerLabel } from './apply-manifest.ts';
import { type DesiredObject, type DesiredObjects, findDesiredObjects } from './desired-objects.ts';
import type { ManifestError } from './manifest.ts';
import { findStaleObjects, type StaleObject } from './owned-objects.ts';
import { type FileContent, readManifestFiles } from './read-files.ts';

/** Where manifests are, and where their objects go. */
export interface ManifestControllerOptions {
  /** A file, or a folder of files in `.yaml`, `.yml` and `.json`. */
  readonly path: string;
  readonly stores: Pick<ServedStores, 'find' | 'list'>;
  readonly logger: Logger;
  /** Value of the label by which objects that came from here are known. Default `bootstrap`. */
  readonly owner?: string;
  /** Default: the system clock. */
  readonly clock?: Clock;
}

/** A controller whose first round can be waited for. */
export interface ManifestController extends Controller {
  /** Resolves when each manifest was tried once, however that went; rejects with the signal's reason. */
  waitForSync(signal: AbortSignal): Promise<void>;
}

/** What watching misses, on network file systems for example, is found by looking from time to time. */
const pollMs = 10_000;
/** Time for whoever writes several files to write them all. */
const settleMs = 150;

const nothing: DesiredObjects = { objects: new Map(), errors: [], doubtful: new Set() };

/**
 * Keeps stored objects as the manifests in a folder say: by server-side apply at the start and whenever a file changes, and by deletion when
 * a manifest goes. What is wrong is told by file and line; the rest is applied all the same, and what may come right is tried again.
 */
export function newManifestController(options: ManifestControllerOptions): ManifestController {
  const { path, stores, owner = 'bootstrap', clock = systemClock } = options;
  const logger = options.logger.child({ controller: manifestsName });
  const queue = newWorkqueue({ name: manifestsName, clock });
  const write = newControllerWrite(manifestsName);
  let desired = nothing;
  let stale: ReadonlyMap<string, StaleObject> = new Map();
  let digest = '';
  let untried: Set<string> | undefined;
  let markSynced: () => void = () => undefined;
  const synced = new Promise<void>((resolve) => (markSynced = resolve));

  const tell = (error: ManifestError): void => {
    const { file, line, message } = error;
    logger.error(message, { file, line });
  };
  const apply = async (object: DesiredObject): Promise<void> => {
    const { manifest, store, namespace, name } = object;
    const onWarning = ({ message }: ManifestError): void => logger.warn(message);
    const result = await applyManifest(object, { owner, onWarning });
    if (result.kind === 'refused') tell(result.error);
    else if (result.changed) {
      logger.info('applied a manifest', { file: manifest.file, kind: store.kind.kind, namespace, name });
    }
  };
  const prune = async ({ store, namespace, name, uid }: StaleObject): Promise<void> => {
    try {
      const found = await store.get({ namespace, name });
      // Whoever takes the label away takes the object over.
      if (found.metadata.uid !== uid || found.metadata.labels?.[ownerLabel] !== owner) return;
      await store.delete({ namespace, name }, { ...write, propagationPolicy: 'Background', preconditions: { uid } });
      logger.info('deleted what no manifest asks for any more', { kind: store.kind.kind, namespace, name });
    } catch (error) {
      if (!hasReason(error, 'NotFound') && !hasReason(error, 'Conflict')) throw error;
    }
  };
  const sync = async (key: string): Promise<void> => {
    try {
      const object = desired.objects.get(key);
      const gone = stale.get(key);
      if (object !== undefined) await apply(object);
      else if (gone !== undefined) await prune(gone);
    } finally {
      untried?.delete(key);
      if (untried?.size === 0) markSynced();
    }
  };
  const load = async (files: readonly FileContent[]): Promise<void> => {
    const next = await findDesiredObjects(files, stores);
    next.errors.forEach(tell);
    const before = desired.objects;
    desired = next;
    stale = await findStaleObjects(stores, owner, next);
    const changed = [...next.objects.values()].filter((each) => !isSame(each, before.get(each.key))).toSorted(inOrder);
    const keys = [...changed.map(({ key }) => key), ...[...stale.keys()].toReversed()];
    untried ??= new Set(keys);
    for (const key of keys) queue.add(key);
    if (untried.size === 0) markSynced();
  };
  const look = async (): Promise<void> => {
    try {
      const files = await readManifestFiles(path);
      const seen = createHash('sha256')
        .update(JSON.stringify(files.map(toFacts)))
        .digest('hex');
      if (seen === digest) return;
      await load(files);
      digest = seen;
    } catch (error) {
      const sentence = `the manifests at ${path} cannot be read, and are left as they were`;
      if (digest !== sentence) logger.error(sentence, { err: error });
      digest = sentence;
      untried ??= new Set();
      markSynced();
    }
  };

  return {
    name: manifestsName,
    queues: [queue],
    hasSynced: () => untried?.size === 0,
    waitForSync: (signal) => untilAborted(synced, signal),
    async run(signal) {
      await Promise.all([follow({ path, clock, look, logger }, signal), runWorkers(queue, sync, { signal, logger })]);
    },
  };
}

interface Follow {
  readonly path: string;
  readonly clock: Clock;
  readonly look: () => Promise<void>;
  readonly logger: Logger;
}

/** Looks at the start, whenever something changes in the folder, and from time to time. */
async function follow({ path, clock, look, logger }: Follow, signal: AbortSignal): Promise<void> {
  let pause = new AbortController();
  const wake = (): void => pause.abort();
  const watcher = newFolderWatcher({
    // The folder itself, and for a single file, or a folder that is exchanged as a whole, the one above it.
    folders: [path, dirname(path)],
    onEvent: wake,
    onError: (folder, error) => logger.debug(2, 'a folder cannot be watched', { folder, err: error }),
  });
  signal.addEventListener('abort', wake, { once: true });
  while (!signal.aborted) {
    await watcher.refresh();
    await look();
    await sleepUntil(clock, clock.now() + pollMs, pause.signal);
    if (pause.signal.aborted) await sleepUntil(clock, clock.now() + settleMs, signal);
    pause = new AbortController();
  }
  signal.removeEventListener('abort', wake);
  watcher.close();
}

function toFacts(content: FileContent): readonly string[] {
  return [content.file, 'text' in content ? content.text : content.error.message];
}

function isSame(object: DesiredObject, before: DesiredObject | undefined): boolean {
  return (
    before !== undefined &&
    object.manifest.file === before.manifest.file &&
    equalJSON(object.manifest.object, before.manifest.object)
  );
}

/** Namespaces come first, because others need them; who registers a service comes when that is known. */
const ranks: Readonly<Record<string, number>> = { Namespace: 0, APIService: 2 };

function inOrder(a: DesiredObject, b: DesiredObject): number {
  const rank = ({ store }: DesiredObject): number => ranks[store.kind.kind] ?? 1;
  return rank(a) - rank(b);
}
