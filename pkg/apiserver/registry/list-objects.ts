import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';
import { newBadRequest } from '../../apimachinery/errors/constructors.ts';
import { newStatusError } from '../../apimachinery/errors/status-error.ts';
import { decodeContinue, encodeContinue } from '../../apimachinery/runtime/list-continue.ts';
import { isStorageError } from '../../storage/errors.ts';
import type { Storage } from '../../storage/interface.ts';
import { toStoragePrefix } from './key.ts';
import { parseResourceVersion, waitForRevision } from './resource-version.ts';
import type { Selection } from './selection.ts';
import type { StoreOptions } from './store-options.ts';
import { translateStorageError } from './translate-storage-error.ts';

/** What to list. */
export interface ListQuery {
  /** Empty for all namespaces, and for cluster-scoped kinds. */
  readonly namespace: string;
  readonly selection: Selection;
  /** At most this many objects; 0 for all. */
  readonly limit: number;
  /** Token of the page before, or empty. */
  readonly continueToken: string;
  readonly resourceVersion: string;
  readonly resourceVersionMatch: '' | 'Exact' | 'NotOlderThan';
  /** Ends a wait for a revision that is not there yet. */
  readonly signal?: AbortSignal;
}

/** A page of a list. */
export interface ListPage<T extends KubernetesObject> {
  readonly items: readonly T[];
  readonly resourceVersion: string;
  readonly continueToken?: string;
  readonly remainingItemCount?: number;
}

/** Lists objects under the rules of `resourceVersion`, `resourceVersionMatch`, `limit` and `continue` (api-machinery 4.2, 4.3). */
export async function listObjects<T extends KubernetesObject>(
  options: StoreOptions<T>,
  query: ListQuery,
): Promise<ListPage<T>> {
  const prefix = toStoragePrefix(options.kind, query.namespace);
  const { selection, limit } = query;
  let start: Start = {};
  try {
    start = await findStart(options.storage, prefix, query);
    const result = await options.storage.list(prefix, {
      ...start,
      ...(limit > 0 ? { limit } : {}),
      ...(selection.everything ? {} : { match: (object) => selection.matches(object) }),
    });
    return {
      items: result.items as readonly T[],
      resourceVersion: String(result.revision),
      ...(result.lastKey === undefined
        ? {}
        : { continueToken: encodeContinue(result.revision, result.lastKey.slice(prefix.length)) }),
      ...(result.remaining === undefined ? {} : { remainingItemCount: result.remaining }),
    };
  } catch (error) {
    if (query.continueToken !== '' && isStorageError(error, 'Compacted')) throw newContinueExpired(start, prefix);
    const resource = { group: options.kind.group, resource: options.kind.plural };
    throw translateStorageError(error, { resource, name: '', operation: 'list', revision: start.revision ?? 0 });
  }
}

interface Start {
  readonly revision?: number;
  readonly after?: string;
}

async function findStart(storage: Storage, prefix: string, query: ListQuery): Promise<Start> {
  const { continueToken, resourceVersion, resourceVersionMatch, limit } = query;
  if (continueToken !== '') {
    if (resourceVersion !== '' && resourceVersion !== '0') {
      throw newBadRequest('specifying resource version is not allowed when using continue');
    }
    const { revision, lastKey } = decodeContinue(continueToken);
    return { ...(revision < 0 ? {} : { revision }), after: prefix + lastKey };
  }
  const revision = parseResourceVersion(resourceVersion);
  if (revision === 0) return {};
  const exact = resourceVersionMatch === 'Exact' || (resourceVersionMatch === '' && limit > 0);
  await waitForRevision({ storage, revision, signal: query.signal });
  return exact ? { revision } : {};
}

function newContinueExpired(start: Start, prefix: string) {
  const fresh = encodeContinue(-1, (start.after ?? prefix).slice(prefix.length));
  const message =
    'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.';
  const error = newStatusError({ code: 410, reason: 'Expired', message });
  error.status.metadata.continue = fresh;
  return error;
}
