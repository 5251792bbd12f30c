import { hasReason } from '../../../apimachinery/errors/status-error.ts';
import type { Handler } from '../../request-context.ts';
import { writeList } from '../response/write-object.ts';
import { readListOptions, toList, toListQuery } from './list.ts';
import { readDeleteOptions } from './read-delete-options.ts';
import type { ResourceScope } from './resource-scope.ts';

/**
 * Deletes the objects of a collection that match, one after another: not as one step, and the first failure ends it. Answers with
 * what was found. Objects that go in between are no failure.
 */
export function newDeleteCollectionHandler(scope: ResourceScope): Handler {
  return async (context) => {
    const options = await readDeleteOptions(context, scope);
    const page = await scope.store.list(toListQuery(context, scope, readListOptions(context)));
    for (const { metadata } of page.items) {
      const name = { namespace: metadata.namespace ?? '', name: metadata.name ?? '' };
      try {
        await scope.store.delete(name, options);
      } catch (error) {
        if (!hasReason(error, 'NotFound')) throw error;
      }
    }
    await writeList(context, scope, toList(scope, page));
  };
}
