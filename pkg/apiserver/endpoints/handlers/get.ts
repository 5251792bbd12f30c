import { newBadRequest } from '../../../apimachinery/errors/constructors.ts';
import { parseResourceVersion, waitForRevision } from '../../registry/resource-version.ts';
import type { Handler } from '../../request-context.ts';
import { writeObject } from '../response/write-object.ts';
import type { ObjectScope } from './resource-scope.ts';

/** Answers with one object, not older than `resourceVersion`. */
export function newGetHandler(scope: ObjectScope): Handler {
  return async (context) => {
    const { query, info } = context;
    if (query.has('export'))
      throw newBadRequest('the export parameter, deprecated since v1.14, is no longer supported');
    const revision = parseResourceVersion(query.get('resourceVersion') ?? '');
    if (revision > 0) await waitForRevision(scope.store.storage, revision);
    await writeObject(context, scope, { status: 200, object: await scope.store.get(info) });
  };
}
