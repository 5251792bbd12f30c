import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';
import { StorageError } from '../errors.ts';
import type { Storage } from '../interface.ts';
import { Committer } from './committer.ts';
import { deepFreeze } from './frozen-object.ts';
import { assertPrefix } from './key.ts';
import type { Persistence } from './persistence.ts';
import { Published } from './published.ts';
import { type StorageReporter, toSafeReporter } from './report.ts';
import { toCreateVerdict, toDeleteVerdict, toUpdateVerdict } from './verdict.ts';

/** How many events a watch window holds unless told otherwise. */
export const defaultWatchWindow = 10_000;

/** What an engine starts with. */
export interface EngineOptions {
  /** The revision as of which the objects are. */
  readonly revision: number;
  /** Objects by key. */
  readonly objects?: ReadonlyMap<string, KubernetesObject>;
  /** How many events the watch window holds. Default: 10,000. */
  readonly watchWindow?: number;
  /** Makes writes durable. Absent: they live in memory. */
  readonly persistence?: Persistence;
  readonly report?: StorageReporter;
}

/** A storage over an index in memory: what the memory and the file driver share. */
export function newEngine(options: EngineOptions): Storage {
  const { revision, watchWindow = defaultWatchWindow } = options;
  const published = new Published({ revision, watchWindow, report: toSafeReporter(options.report) });
  for (const [key, object] of options.objects ?? []) published.index.set(key, deepFreeze(object));
  const committer = new Committer(published, options.persistence);
  let closing: Promise<void> | undefined;

  function assertOpen(key: string): void {
    if (closing !== undefined) throw new StorageError('Unreachable', key, { detail: 'the storage is closed' });
  }

  return {
    async get(key) {
      assertOpen(key);
      return published.index.get(key);
    },
    async list(prefix, listOptions = {}) {
      assertOpen(prefix);
      assertPrefix(prefix);
      return published.list(prefix, listOptions);
    },
    async create(key, object) {
      assertOpen(key);
      return committer.transact(key, toCreateVerdict(key, object));
    },
    async guaranteedUpdate(key, update) {
      assertOpen(key);
      return committer.transact(key, toUpdateVerdict(key, update));
    },
    async delete(key, check) {
      assertOpen(key);
      return committer.transact(key, toDeleteVerdict(key, check));
    },
    async watch(prefix, sink, watchOptions) {
      assertOpen(prefix);
      assertPrefix(prefix);
      published.watch(prefix, sink, watchOptions);
    },
    async revision() {
      assertOpen('');
      return published.revision;
    },
    async close() {
      closing ??= committer.close().finally(() => published.endWatches('the storage was closed'));
      await closing;
    },
  };
}
